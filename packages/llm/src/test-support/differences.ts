import { isJsonObject } from '@fairlead/base'

/**
 * Where two values differ, each place once, in a form that many pairs share: entries of lists are
 * named by their type and role instead of their place, as in
 * `items[message.user].content[input_text].cache_control`. Empty if they are equal.
 */
export function differences(before: unknown, after: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  compare(before, after, '', found)
  return found
}

function compare(before: unknown, after: unknown, path: string, found: Set<string>): void {
  if (Object.is(before, after)) return
  if (Array.isArray(before) && Array.isArray(after)) {
    compareLists(before, after, path, found)
  } else if (isJsonObject(before) && isJsonObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const inner = path === '' ? name : `${path}.${name}`
      compare(ownValue(before, name), ownValue(after, name), inner, found)
    }
  } else {
    found.add(path)
  }
}

/** Lists of different lengths are compared without the kinds of entries of which one has more. */
function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
  found: Set<string>,
): void {
  const kinds = new Set([...before, ...after].map(kindOf))
  const count = (list: readonly unknown[], kind: string) =>
    list.filter((entry) => kindOf(entry) === kind).length
  const uneven = new Set([...kinds].filter((kind) => count(before, kind) !== count(after, kind)))
  for (const kind of uneven) found.add(`${path}[${kind}]`)
  const rest = (list: readonly unknown[]) => list.filter((entry) => !uneven.has(kindOf(entry)))
  const others = rest(after)
  for (const [index, entry] of rest(before).entries()) {
    const other = others[index]
    const kind = kindOf(entry)
    if (kind === kindOf(other)) compare(entry, other, `${path}[${kind}]`, found)
    else found.add(`${path}[order]`)
  }
}

function kindOf(entry: unknown): string {
  if (!isJsonObject(entry)) return ''
  return [entry['type'], entry['role']].filter((word) => typeof word === 'string').join('.')
}

/** Also of a name that every object has. */
function ownValue(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
