"""Certificates of a temporary certificate authority."""

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

#: Of `openssl ca`, the only command of OpenSSL before 3.4 that ends a certificate at a time of day.
CONFIGURATION = """
[ca]
default_ca = default
[default]
database = index
new_certs_dir = .
default_md = sha256
unique_subject = no
rand_serial = yes
policy = policy
[policy]
commonName = supplied
"""


class Authority:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self.certificate = folder / "ca.crt"
        self._key = folder / "ca.key"
        (folder / "ca.conf").write_text(CONFIGURATION)
        (folder / "index").touch()
        self._openssl("req", "-x509", *self._new_key(self._key), "-subj=/CN=test authority", "-out=ca.crt")

    def issue(self, name: str, seconds: float = 86_400) -> tuple[Path, Path]:
        """Issues a certificate for a hostname that expires after a time; returns it and its key."""
        certificate, key = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        (self._folder / "san").write_text(f"subjectAltName=DNS:{name}")
        self._openssl("req", *self._new_key(key), f"-subj=/CN={name}", "-out=request")
        self._openssl(
            "ca",
            "-batch",
            "-notext",
            "-config=ca.conf",
            "-in=request",
            "-cert=ca.crt",
            "-keyfile=ca.key",
            "-extfile=san",
            f"-enddate={datetime.now(timezone.utc) + timedelta(seconds=seconds):%Y%m%d%H%M%SZ}",
            f"-out={certificate}",
        )
        return certificate, key

    def _new_key(self, key: Path) -> list[str]:
        return ["-newkey=ec", "-pkeyopt=ec_paramgen_curve:prime256v1", "-nodes", f"-keyout={key}"]

    def _openssl(self, command: str, *options: str) -> None:
        words = [word for option in options for word in option.split("=", 1)]
        subprocess.run(["openssl", command, *words], cwd=self._folder, check=True, capture_output=True)
