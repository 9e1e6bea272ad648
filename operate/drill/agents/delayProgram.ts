/**
 * Replacement for `tc netem` on kernels without it: delays the packets of a queue (NFQUEUE) and drops some. Arguments:
 * number of the queue, delay in seconds, fraction to drop, duration in seconds. In Perl without modules, because the
 * broker's image has no other interpreter.
 */
export const DELAY_PROGRAM = String.raw`use strict;
use warnings;
use Socket;

use constant { PACKET => 0x300, VERDICT => 0x301, CONFIG => 0x302 };
use constant { DROP => 0, ACCEPT => 1, REQUEST => 1, REQUEST_ACK => 5, FAIL_OPEN_AND_GSO => 5 };

my ($queue, $delay, $share, $seconds) = @ARGV;

sub attribute {
  my ($kind, $value) = @_;
  return pack("SS", length($value) + 4, $kind) . $value . "\0" x (-length($value) % 4);
}

sub message {
  my ($kind, $flags, $attributes) = @_;
  return pack("ISSIICCn", 20 + length($attributes), $kind, $flags, 0, 0, 0, 0, $queue) . $attributes;
}

# Hundredths of a second.
sub ticks {
  open(my $file, "<", "/proc/uptime") or die "/proc/uptime: $!";
  return int((split(" ", <$file>))[0] * 100);
}

socket(my $netlink, 16, SOCK_RAW, 12) or die "netlink: $!";
setsockopt($netlink, SOL_SOCKET, SO_RCVBUF, 8 << 20);
bind($netlink, pack("SSLL", 16, 0, 0, 0)) or die "bind: $!";
for my $attributes (
  attribute(1, pack("CCn", 1, 0, AF_INET)),
  attribute(2, pack("NC", 0, 1)),
  attribute(3, pack("N", 65536)),
  attribute(4, pack("N", FAIL_OPEN_AND_GSO)) . attribute(5, pack("N", FAIL_OPEN_AND_GSO)),
) {
  send($netlink, message(CONFIG, REQUEST_ACK, $attributes), 0) or die "send: $!";
  recv($netlink, my $answer, 65536, 0);
  my $error = unpack("x16 i", $answer);
  die "the kernel refuses the packet queue: error $error" if $error;
}
$| = 1;
print "ready\n";

my %waiting;
my $tick = ticks();
my $end = $tick + $seconds * 100;
while ((my $now = ticks()) < $end) {
  for (; $tick <= $now; $tick++) {
    for my $packet (@{delete $waiting{$tick} || []}) {
      my $answer = rand() < $share ? DROP : ACCEPT;
      send($netlink, message(VERDICT, REQUEST, attribute(2, pack("NN", $answer, $packet))), 0);
    }
  }
  my $readable = "";
  vec($readable, fileno($netlink), 1) = 1;
  next unless select($readable, undef, undef, %waiting ? 0.01 : 1) > 0;
  # The kernel reports an overflow once, as an error.
  defined(recv($netlink, my $data, 1 << 18, 0)) or next;
  for (my $start = 0; $start + 20 <= length($data);) {
    my ($length, $kind) = unpack("IS", substr($data, $start, 6));
    if ($kind == PACKET) {
      for (my $at = $start + 20; $at + 4 <= $start + $length;) {
        my ($size, $name) = unpack("SS", substr($data, $at, 4));
        if (($name & 0x7fff) == 1) {
          my $due = $tick + int(100 * $delay * (0.9 + rand() * 0.2));
          push @{$waiting{$due}}, unpack("N", substr($data, $at + 4, 4));
          last;
        }
        $at += $size > 4 ? ($size + 3) & ~3 : 4;
      }
    }
    $start += $length > 16 ? ($length + 3) & ~3 : 16;
  }
}
`;
