import { isJsonObject, parseJson } from '@fairlead/base'
import type { ConfigMapData } from '../config-source/config-map-source.ts'

/** One case of a dataset. */
export interface DatasetCase {
  readonly parameters: unknown
  /** Undefined where the case has none. */
  readonly expected: unknown
}

const casesMax = 1000
const knownFields = ['parameters', 'expected']

/**
 * The cases in a key of a ConfigMap: a JSON object in each line that is not blank. Throws an Error that
 * says what is wrong, and where.
 */
export function readCases(
  data: ConfigMapData | undefined,
  {
    key,
    name,
    namespace,
  }: { readonly namespace: string; readonly name: string; readonly key: string },
): readonly DatasetCase[] {
  const where = `ConfigMap ${namespace}/${name}`
  if (data === undefined) throw new Error(`${where} does not exist: create it, with the key ${key}`)
  const content = Object.hasOwn(data, key) ? data[key] : undefined
  if (content === undefined) {
    throw new Error(`${where} has no key ${key}: add it, or name another one in spec.dataset`)
  }
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content)
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), place: index + 1 }))
  const filled = lines.filter(({ line }) => line !== '')
  if (filled.length === 0) throw new Error(`${where}, key ${key}: there are no cases`)
  if (filled.length > casesMax) {
    throw new Error(
      `${where}, key ${key}: there are ${filled.length} cases, and at most ${casesMax} are run`,
    )
  }
  return filled.map(({ line, place }) => readCase(line, `${where}, key ${key}, line ${place}`))
}

function readCase(line: string, where: string): DatasetCase {
  let value: unknown
  try {
    value = parseJson(line)
  } catch {
    throw new Error(`${where}: not JSON; each line is an object with parameters and expected`)
  }
  if (!isJsonObject(value)) throw new Error(`${where}: not an object`)
  const unknown = Object.keys(value).find((field) => !knownFields.includes(field))
  if (unknown !== undefined) {
    throw new Error(
      `${where}: there is no field "${unknown.slice(0, 63)}"; use ${knownFields.join(', ')}`,
    )
  }
  return { parameters: value['parameters'] ?? {}, expected: value['expected'] }
}
