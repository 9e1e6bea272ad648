import { isColored } from "../operate/colors";

// Must be imported before listr2, whose colors are decided on import and do not require a terminal on some CI services.
if (!isColored(process.stdout)) process.env.NO_COLOR = "1";
