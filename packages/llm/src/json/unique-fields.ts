/** Flags of fields are bits of one number. */
const fieldsMax = 31

/**
 * Fields of an object that mean something to the gateway, and those of the objects in them. Such a
 * field must be spelled exactly and given once: a provider might read another spelling, or the
 * first of two, and so something else than what was checked here.
 */
export interface UniqueFields {
  /** The place of a field in the order of the names; undefined for one that means nothing here. */
  indexOf(name: string): number | undefined
  /** The fields of the object, or of each object of the list, in the field at this place. */
  within(index: number): UniqueFields | undefined
  /** The field that another spelling of its name could be taken for. */
  takenFor(name: string): string | undefined
}

/** The fields of these names, and those that hold fields themselves; at most 31. */
export function uniqueFields(
  names: readonly string[],
  within: Readonly<Record<string, UniqueFields>> = {},
): UniqueFields {
  const all = [...new Set([...names, ...Object.keys(within)])]
  if (all.length > fieldsMax) throw new RangeError(`at most ${fieldsMax} fields, not ${all.length}`)
  const indexes = new Map(all.map((name, index) => [name, index]))
  const inner = all.map((name) => within[name])
  const folded = new Map(all.map((name) => [foldedName(name), name]))
  return {
    indexOf: (name) => indexes.get(name),
    within: (index) => inner[index],
    takenFor: (name) => folded.get(foldedName(name)),
  }
}

/** What the small letter of a capital i with a dot has above it. */
const dotAbove = '\u0307'

/**
 * A name as lenient readers compare it: without regard to case, and up to the first NUL, where C
 * ends. Go takes the Kelvin sign for a k and the long s for an s, Java an i without or with a dot
 * for an i, and full case folding, such as Python's, a sharp s or a ligature for its letters.
 */
function foldedName(name: string): string {
  const end = name.indexOf('\0')
  return (end === -1 ? name : name.slice(0, end))
    .toLowerCase()
    .replaceAll(dotAbove, '')
    .toUpperCase()
}
