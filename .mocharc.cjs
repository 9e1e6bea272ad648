const { FORCE_COLOR, NO_COLOR } = process.env;

module.exports = {
  import: "tsx",
  timeout: 60000,
  // Mocha also colors pipes if CI is set.
  color: !NO_COLOR && (process.stdout.isTTY === true || (FORCE_COLOR ?? "0") !== "0"),
};
