import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { messageOf } from "../../../operate/errors";
import { InitializationFailed } from "./provider";

/** Converts an error to a gRPC error. */
export function toServiceError(error: unknown): ServiceError {
  const message = messageOf(error);
  const metadata = new Metadata();
  if (error instanceof InitializationFailed) {
    // grpc-js does not encode structured details. The engine reads them from this header.
    metadata.add("grpc-status-details-bin", Buffer.from(details(error).serializeBinary()));
  }
  return Object.assign(new Error(message), { code: status.UNKNOWN, details: message, metadata });
}

function details(error: InitializationFailed): Status {
  const failed = new ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(Struct.fromJavaScript(error.state))
    .setReasonsList(error.reasons)
    .setInputs(error.inputs && Struct.fromJavaScript(error.inputs));
  const any = new Any();
  any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  return new Status().setCode(status.UNKNOWN).setMessage(error.message).setDetailsList([any]);
}
