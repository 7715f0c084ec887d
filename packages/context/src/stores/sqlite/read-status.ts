/**
 * A status as the file has it. Throws for one that this program does not know; `what` has it, such as
 * `turn`.
 */
export function readStatus<Status extends string>(
  status: unknown,
  known: readonly Status[],
  what: string,
): Status {
  const found = known.find((one) => one === status)
  if (found !== undefined) return found
  throw new Error(
    `the conversation file has a ${what} with the unknown status "${String(status)}": start the program version that wrote it`,
  )
}
