import { RESTORE_QUEUES } from "../../components/shared/celery/contract";

/** Start of the name of an exchange that says that a backup was restored; the backup's id follows. */
export const RESTORED = "ha-celery-restored-";

/** Exclusive queue of the restore that is running. */
export const LOCK = "ha-celery-restore.lock";

/** Whether a queue or an exchange belongs to restores of this installation. */
export const isOfRestores = (name: string): boolean =>
  name.startsWith(RESTORE_QUEUES) || name.startsWith(RESTORED);
