import {
  CelScalar,
  celFunc,
  celMap,
  isCelMap,
  mapType,
  type CelMap,
  type CelValue,
} from '@bufbuild/cel'

const { DYN, STRING } = CelScalar

/** The call that a literal of a named type becomes; no expression can contain its name. */
export const structFunction = '@struct'

/**
 * Literals of named types, such as `Object.spec{replicas: 1}`: maps of their fields, with the name of
 * the type at the key true, which no field has.
 */
export const structLibrary = [
  celFunc(structFunction, [STRING, mapType(DYN, DYN)], DYN, (name, fields: CelMap) => {
    return celMap(new Map<string | boolean, CelValue>([[true, name], ...entriesOf(fields)]))
  }),
]

/** The name of the type and the fields of such a value; undefined for other values. */
export function structOf(
  value: unknown,
): { readonly name: string; readonly fields: ReadonlyMap<string, CelValue> } | undefined {
  if (!isCelMap(value)) return undefined
  const name = value.get(true)
  if (typeof name !== 'string') return undefined
  return { name, fields: new Map(entriesOf(value)) }
}

function entriesOf(map: CelMap): [string, CelValue][] {
  return [...map].flatMap(([key, value]) => (typeof key === 'string' ? [[key, value]] : []))
}
