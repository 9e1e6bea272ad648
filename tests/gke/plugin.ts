import { serve } from "../../local/providers/plugin/server";
import { Google, GOOGLE_VARIABLE } from "./google";
import { GoogleProvider } from "./provider";

void serve(new GoogleProvider(new Google(process.env[GOOGLE_VARIABLE] ?? "")));
