import { serve } from "../plugin/server";
import { KubernetesProvider } from "./provider";

void serve(new KubernetesProvider());
