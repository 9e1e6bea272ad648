import { serve } from "../plugin/server";
import { DockerProvider } from "./provider";

void serve(new DockerProvider());
