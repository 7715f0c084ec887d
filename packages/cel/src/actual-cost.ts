import { isCelList, isCelMap, isCelUint, type CelValue } from '@bufbuild/cel'
import { contentOf, isOpaque, textOf } from './opaque.ts'

type Value = CelValue | undefined

/** Reading ten characters costs one. */
const characterCost = 0.1
/** A pattern costs a quarter of its length for each character that it is tried on. */
const patternCost = 0.25
/** Allows for two questions to the authorizer in one expression. */
const accessCheckCost = 350_000

/** In place of the signature of a call: it looks for a field or an item that may be absent. */
export const optionalLookup = 'optional_lookup'

/** What a call is of: the name of its function, and cel-go's name of the signature, if there is one. */
export interface CostedCall {
  readonly name: string
  readonly overload: string
}

/**
 * What a call has cost, its arguments not included: as cel-go tracks it, with Kubernetes' figures for
 * its own functions (CallCost in apiserver's `cel/library`).
 * @param args with the target of a member function as the first
 */
export function actualCost(
  { name, overload }: CostedCall,
  args: readonly Value[],
  result: Value,
): number {
  const [first, second] = args
  // What is not there has not been read.
  if (overload === optionalLookup) return contentOf(result, 'optional') === undefined ? 0 : 1
  const sets = setCosts.get(overload)
  if (sets !== undefined) return 1 + Math.trunc(sizeOf(first) * sizeOf(second) * sets)
  const cost = libraryCosts.get(name)?.(args, result, overload)
  return cost ?? standardCost(overload, first, second)
}

/** Whether a call costs one whatever its arguments are. */
export function costsOne(name: string, overload: string): boolean {
  return !libraryCosts.has(name) && !sized.has(overload) && !setCosts.has(overload)
}

function standardCost(overload: string, first: Value, second: Value): number {
  const [left, right] = [sizeOf(first), sizeOf(second)]
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return read(left)
    case 'in_list':
      return right
    case 'add_string':
    case 'add_bytes':
      return read(left + right)
    case 'matches_string':
      return read(left + 1) * Math.ceil(right * patternCost)
    case 'contains_string':
      return read(left) * read(right)
    default:
      return compared.has(overload) ? read(Math.min(left, right)) : 1
  }
}

const compared: ReadonlySet<string> = new Set([
  'equals',
  'not_equals',
  ...['less', 'less_equals', 'greater', 'greater_equals'].flatMap((each) => [
    `${each}_string`,
    `${each}_bytes`,
  ]),
])

/** Signatures whose cost depends on the sizes of their arguments. */
const sized: ReadonlySet<string> = new Set([
  ...compared,
  'add_bytes',
  'add_string',
  'bytes_to_string',
  'contains_string',
  'ends_with_string',
  'in_list',
  'matches_string',
  'starts_with_string',
  'string_format',
  'string_to_bytes',
  'strings_quote',
])

const setCosts: ReadonlyMap<string, number> = new Map([
  ['list_sets_contains_list', 1],
  ['list_sets_intersects_list', 1],
  ['list_sets_equivalent_list', 2],
])

type LibraryCost = (args: readonly Value[], result: Value, overload: string) => number | undefined

const whole: LibraryCost = ([first]) => traversal(first)
const oneRead: LibraryCost = ([first]) => read(sizeOf(first))
const twoReads: LibraryCost = ([first]) => read(sizeOf(first) * 2)
const pattern: LibraryCost = ([first, second]) =>
  read(sizeOf(first) + 1) * Math.ceil(sizeOf(second) * patternCost)
const selector: LibraryCost = ([, second]) => {
  const length = sizeOf(second)
  return 10 + Math.ceil(length * characterCost) + Math.ceil(Math.ceil(length * 0.5) * 50)
}

const libraryCosts: ReadonlyMap<string, LibraryCost> = new Map<string, LibraryCost>([
  ['check', () => accessCheckCost],
  ['fieldSelector', selector],
  ['labelSelector', selector],
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map(
    (name) => [name, whole] as const,
  ),
  ...['url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey'].map(
    (name) => [name, oneRead] as const,
  ),
  ['replace', twoReads],
  ['split', twoReads],
  ['join', (_args, result) => read(sizeOf(result) * 2)],
  ['find', pattern],
  ['findAll', pattern],
  ...['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity'].map((name) => [name, oneRead] as const),
  ['ip', ([first], _result, overload) => (overload === 'cidr_ip' ? 1 : read(sizeOf(first)))],
  ['ip.isCanonical', twoReads],
  ['containsIP', ([, second], _result, overload) => containsCost(second, overload, 0)],
  ['containsCIDR', ([, second], _result, overload) => containsCost(second, overload, 2)],
  [
    'validate',
    ([first, second]) => {
      const length = formatLengths.get(textOf(first, 'format')) ?? 0
      return read(sizeOf(second) + 1) * Math.ceil(length * patternCost)
    },
  ],
  ['_==_', ([first]) => (isLibraryValue(first) ? 1 : undefined)],
])

/** How long the patterns of formats are taken to be. */
const formatLengths: ReadonlyMap<string, number> = new Map([
  ['byte', 84],
  ['date', 71],
  ['datetime', 71],
  ['dns1035Label', 30],
  ['dns1035LabelPrefix', 30],
  ['dns1123Label', 30],
  ['dns1123LabelPrefix', 30],
  ['dns1123Subdomain', 60],
  ['dns1123SubdomainPrefix', 60],
  ['labelValue', 40],
  ['qualifiedName', 60],
  ['uri', 1103],
  ['uuid', 70],
])

/** A range has no size, so it counts as one. */
function containsCost(other: Value, overload: string, more: number): number {
  const isText = overload.endsWith('_string')
  return read(2) + more + (isText ? read(sizeOf(other)) : 0)
}

const libraryTypes: readonly string[] = ['quantity', 'ip', 'cidr', 'format', 'url']

function isLibraryValue(value: Value): boolean {
  return libraryTypes.some((type) => isOpaque(value, type))
}

function read(length: number): number {
  return Math.ceil(length * characterCost)
}

/** As the Sizer of cel-go: characters, bytes or items; one for what has no size. */
function sizeOf(value: Value): number {
  if (typeof value === 'string') return characters(value)
  if (value instanceof Uint8Array) return value.length
  if (isCelList(value)) return value.size
  if (isCelMap(value)) return typeof value.get(true) === 'string' ? 1 : value.size
  return 1
}

function characters(text: string): number {
  let count = text.length
  for (const [pair] of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) count -= pair.length - 1
  return count
}

function traversal(value: Value): number {
  if (typeof value === 'string') return Math.trunc(Buffer.byteLength(value) * characterCost)
  if (value instanceof Uint8Array) return Math.trunc(value.length * characterCost)
  let cost = 0
  if (isCelList(value)) {
    for (const item of value) cost += traversal(item)
    return cost
  }
  if (!isCelMap(value)) return 1
  for (const [key, item] of value) {
    cost += (isCelUint(key) ? 1 : traversal(key)) + traversal(item)
  }
  return cost
}
