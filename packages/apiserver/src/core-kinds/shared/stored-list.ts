/**
 * Makes an empty list null, for a list that Go always writes: the real server stores objects as
 * protobuf, which does not tell the two apart.
 */
export function emptyListToNull(object: Record<string, unknown>, field: string): void {
  const value = object[field]
  if (Array.isArray(value) && value.length === 0) object[field] = null
}
