/** Words, numbers and ideographs of a text, in lower case. */
export function featuresOf(text: string): readonly string[] {
  return text.toLowerCase().match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? []
}
