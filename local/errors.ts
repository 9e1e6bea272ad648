export { UserError } from "../errors";
