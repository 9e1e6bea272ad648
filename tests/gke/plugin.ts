import { serve } from "../../local/providers/plugin/server";
import { Documents, DOCUMENTS_VARIABLE } from "./discovery/documents";
import { Google, GOOGLE_VARIABLE } from "./google";
import { GoogleProvider } from "./provider";

const { [GOOGLE_VARIABLE]: google = "", [DOCUMENTS_VARIABLE]: documents = "" } = process.env;
void serve(new GoogleProvider(new Google(google), new Documents(documents)));
