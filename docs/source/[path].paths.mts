import { sources } from "../.vitepress/sources.mjs";

export default { paths: sources };
