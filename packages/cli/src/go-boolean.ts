const yes: readonly string[] = ['1', 't', 'T', 'true', 'True', 'TRUE']
const no: readonly string[] = ['0', 'f', 'F', 'false', 'False', 'FALSE']

/** A text as Go's strconv.ParseBool reads it; undefined for any other. */
export function goBoolean(text: string): boolean | undefined {
  if (yes.includes(text)) return true
  return no.includes(text) ? false : undefined
}
