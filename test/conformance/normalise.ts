import { isJsonObject, objectOrEmpty } from '@fairlead/base'

type Rule = readonly [RegExp, string]

/** What differs from run to run, wherever it stands in a text. */
const rules: readonly Rule[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g, '<token>'],
  [/20(?:2[6-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, '<micro time>'],
  [/20(?:2[6-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>'],
  [/\b(?:\d+\.\d+\.\d+\.\d+|\[::1\]|localhost):\d{4,5}\b/g, '<address>'],
  [/\bcurrent: \d+/g, 'current: <version>'],
  [/(resourceVersion(?:: "|\\?":\\?"))\d+/g, '$1<version>'],
  [/\b\d+(?:\.\d+)?(?:µs|ms)\b/g, '<duration>'],
  [/\(0x[0-9a-f]+\)/g, '(<pointer>)'],
]

/** Fields whose text differs from run to run when it is not empty. */
const fields: Readonly<Record<string, Rule>> = {
  resourceVersion: [/^\d+$/, '<version>'],
  clusterIP: [/^[\d.]+$/, '<ip>'],
}

/** An answer with everything replaced that differs from run to run. */
export function normalise(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return normaliseText(value, key)
  if (typeof value === 'number') return normaliseNumber(value, key)
  if (Array.isArray(value)) {
    const items = value.map((each) => normalise(each, itemKeys[key] ?? ''))
    if (key === 'managedFields') return inOrderOfManagers(items)
    return key === 'causes' && items.every(isConflict) ? items.toSorted(byText) : items
  }
  if (!isJsonObject(value) || 'rawJSON' in value) return value
  const { generateName } = value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      normaliseText(name, ''),
      name === 'name' && typeof generateName === 'string' && typeof each === 'string'
        ? each.replace(/.{5}$/, '<random>')
        : normalise(each, name),
    ]),
  )
}

function normaliseNumber(value: number, key: string): unknown {
  if (key === 'nodePort') return '<node port>'
  // That of the server itself.
  return key === 'targetPort' && value > 30_000 ? '<port>' : value
}

const itemKeys: Readonly<Record<string, string>> = { clusterIPs: 'clusterIP', cells: 'cell' }

function normaliseText(text: string, key: string): string {
  if (key === 'continue') return normaliseToken(text)
  if (key === 'cell' && /^(?:\d+[smhdy])+$|^<unknown>$/.test(text)) return '<age>'
  const field = fields[key]
  const replaced = field === undefined ? text : text.replace(field[0], field[1])
  return rules.reduce((result, [pattern, name]) => result.replaceAll(pattern, name), replaced)
}

/** Go lists conflicts with several managers in no order. */
function isConflict(cause: unknown): boolean {
  return isJsonObject(cause) && cause['reason'] === 'FieldManagerConflict'
}

/** They stand in the order of their times, which a run has others of; those of applies first. */
function inOrderOfManagers(entries: readonly unknown[]): unknown[] {
  const isApply = (entry: unknown): boolean => isJsonObject(entry) && entry['operation'] === 'Apply'
  const start = entries.findIndex((entry) => !isApply(entry))
  const applies = start === -1 ? entries.length : start
  return [
    ...entries.slice(0, applies).toSorted(byManager),
    ...entries.slice(applies).toSorted(byManager),
  ]
}

function byManager(left: unknown, right: unknown): number {
  return managerOf(left) < managerOf(right) ? -1 : 1
}

function managerOf(entry: unknown): string {
  const { manager, operation, apiVersion, subresource } = objectOrEmpty(entry)
  return JSON.stringify([manager, operation, apiVersion, subresource])
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}

/** A continue token holds the revision of the list. */
function normaliseToken(token: string): string {
  return Buffer.from(token, 'base64url')
    .toString('utf8')
    .replace(/"rv":\d+/, '"rv":<version>')
}
