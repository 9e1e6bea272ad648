import { serve } from "../plugin/server";
import { TlsProvider } from "./provider";

void serve(new TlsProvider());
