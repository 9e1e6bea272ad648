import { serve } from "../../local/providers/plugin/server";
import { KubernetesModel } from "./kubernetesModel";

void serve(new KubernetesModel());
