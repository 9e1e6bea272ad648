export * from "./celeryJob";
export * from "./celeryWorkers";
export * from "./containerImage";
export * from "./haCelery";
export * from "./rabbitMqCluster";
export * from "./taskLedger";
export * from "./types";
