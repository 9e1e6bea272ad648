import { serve } from "../plugin/server";
import { RandomProvider } from "./provider";

void serve(new RandomProvider());
