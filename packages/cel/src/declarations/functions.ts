import {
  bool,
  bytes,
  type CelType,
  double,
  duration,
  dyn,
  int,
  listOf,
  mapOf,
  nullType,
  libraryObject,
  opaqueType,
  string,
  timestamp,
  typeOf,
  typeParameter,
  uint,
} from '../types/cel-type.ts'
import { listFunctions } from './lists.ts'
import { optionalFunctions } from './optional.ts'
import { regexFunctions } from './regex.ts'
import { setFunctions } from './sets.ts'
import { standardFunctions } from './standard.ts'
import { stringFunctions } from './strings.ts'
import { urlFunctions } from './urls.ts'

/** One signature of a function. */
export interface Overload {
  /** cel-go's name of it; costs are looked up by it. */
  readonly id: string
  readonly isMember: boolean
  /** For a member function, the first is the target. */
  readonly args: readonly CelType[]
  readonly result: CelType
  /** The names of its type parameters. */
  readonly parameters: readonly string[]
}

/** The functions that expressions may call, by name. */
export interface Functions {
  get(name: string): readonly Overload[] | undefined
}

/**
 * The functions that all environments have, and those of libraries. Each is declared as
 * `name overload(argument types) result type`, with a dot before the name of a member function. A
 * declaration is read when the function is first looked up.
 */
export function declareFunctions(libraries: readonly (readonly string[])[]): Functions {
  const declared = new Map<string, (string | Overload)[]>()
  for (const line of [...common, ...libraries].flat()) {
    const name = line.slice(line.startsWith('.') ? 1 : 0, line.indexOf(' '))
    const known = declared.get(name)
    if (known) known.push(line)
    else declared.set(name, [line])
  }
  return {
    get(name) {
      const lines = declared.get(name)
      if (lines === undefined) return undefined
      for (const [index, line] of lines.entries()) {
        if (typeof line === 'string') lines[index] = overloadOf(line)
      }
      return lines as Overload[]
    },
  }
}

const common = [
  standardFunctions,
  stringFunctions,
  optionalFunctions,
  listFunctions,
  setFunctions,
  regexFunctions,
  urlFunctions,
]

function overloadOf(line: string): Overload {
  const [, dot, id = '', args = '', result = ''] =
    /^(\.?)\S+ ([^(]+)\((.*)\) (\S.*)$/.exec(line) ?? []
  const types = splitTypes(args).map(parseType)
  const resultType = parseType(result)
  const names = [...types, resultType].flatMap(parameterNames)
  return {
    id,
    isMember: dot === '.',
    args: types,
    result: resultType,
    parameters: [...new Set(names)],
  }
}

const simple: ReadonlyMap<string, CelType> = new Map([
  ['bool', bool],
  ['bytes', bytes],
  ['double', double],
  ['duration', duration],
  ['dyn', dyn],
  ['int', int],
  ['null', nullType],
  ['string', string],
  ['timestamp', timestamp],
  ['uint', uint],
])

/** Reads a type as messages show it; single capitals are type parameters. */
function parseType(text: string): CelType {
  const known = simple.get(text)
  if (known) return known
  if (/^[A-Z]$/.test(text)) return typeParameter(text)
  const open = text.indexOf('(')
  if (open < 0) return text.startsWith('net.') ? opaqueType(text) : libraryObject(text)
  const [first = dyn, second] = splitTypes(text.slice(open + 1, -1)).map(parseType)
  switch (text.slice(0, open)) {
    case 'list':
      return listOf(first)
    case 'map':
      return mapOf(second ?? dyn, first)
    case 'type':
      return typeOf(first)
    default:
      return opaqueType(text.slice(0, open), second ? [first, second] : [first])
  }
}

/** Splits at the commas that are not inside of parentheses. */
function splitTypes(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  const last = text.slice(start).trim()
  return last === '' ? parts : [...parts, last]
}

function parameterNames(type: CelType): string[] {
  if (type.kind === 'parameter') return [type.name]
  return type.parameters.flatMap(parameterNames)
}
