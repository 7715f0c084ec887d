import { type CelType, dyn, formatType, isExactType, opaqueType, typeOf } from './cel-type.ts'

/**
 * What type parameters stand for, as far as it is known: CEL's unification, as cel-go's checker does
 * it.
 */
export class Substitution {
  readonly #types = new Map<string, CelType>()
  /** What the attempt in progress has changed, to be undone if it fails. */
  #undo: [name: string, before: CelType | undefined][] = []

  add(parameter: CelType, type: CelType): void {
    const name = formatType(parameter)
    this.#undo.push([name, this.#types.get(name)])
    this.#types.set(name, type)
  }

  /** Whether a value of type `b` can be where `a` is expected; notes what that makes of parameters. */
  isAssignable(a: CelType, b: CelType): boolean {
    return this.areAssignable([a], [b])
  }

  areAssignable(a: readonly CelType[], b: readonly CelType[]): boolean {
    this.#undo = []
    if (this.#list(a, b)) return true
    for (const [name, before] of this.#undo.toReversed()) {
      if (before) this.#types.set(name, before)
      else this.#types.delete(name)
    }
    return false
  }

  /** The type with parameters replaced by what they stand for; unknown ones by `dyn` if `toDyn`. */
  substitute(type: CelType, toDyn = false): CelType {
    const known = this.#find(type)
    if (known) return this.substitute(known, toDyn)
    if (type.kind === 'parameter') return toDyn ? dyn : type
    if (type.parameters.length === 0) return type
    const parameters = type.parameters.map((each) => this.substitute(each, toDyn))
    if (type.kind === 'opaque') return opaqueType(type.name, parameters)
    return type.kind === 'type' ? typeOf(parameters[0]) : { ...type, parameters }
  }

  #find(type: CelType): CelType | undefined {
    return type.kind === 'parameter' ? this.#types.get(type.name) : undefined
  }

  #list(a: readonly CelType[], b: readonly CelType[]): boolean {
    return (
      a.length === b.length && a.every((type, index) => this.#assignable(type, b[index] ?? dyn))
    )
  }

  #assignable(a: CelType, b: CelType): boolean {
    if (b.kind === 'parameter') {
      const { isValid, isKnown } = this.#substitutes(a, b)
      if (isValid) return true
      if (isKnown) return false
    }
    if (a.kind === 'parameter') return this.#substitutes(b, a).isValid
    if (isDynOrError(a) || isDynOrError(b)) return true
    if (a.kind === 'null') return isNullable(b)
    if (b.kind === 'null') return isNullable(a)
    switch (a.kind) {
      case 'type':
        return b.kind === 'type'
      case 'opaque':
      case 'list':
      case 'map':
        return a.kind === b.kind && a.name === b.name && this.#list(a.parameters, b.parameters)
      default:
        return isExactType(a, b)
    }
  }

  /** Whether the parameter can stand for the type, and whether it stands for something already. */
  #substitutes(
    type: CelType,
    parameter: CelType,
  ): { readonly isValid: boolean; readonly isKnown: boolean } {
    if (isExactType(type, parameter)) return { isValid: true, isKnown: true }
    const known = this.#find(parameter)
    if (known) {
      if (isExactType(type, known)) return { isValid: true, isKnown: true }
      if (!this.#assignable(type, known)) return { isValid: false, isKnown: true }
      const general = mostGeneral(type, known)
      if (!this.#occursIn(parameter, general)) this.add(parameter, general)
      return { isValid: true, isKnown: true }
    }
    if (this.#occursIn(parameter, type)) return { isValid: false, isKnown: false }
    this.add(parameter, type)
    return { isValid: true, isKnown: false }
  }

  #occursIn(parameter: CelType, type: CelType): boolean {
    if (isExactType(parameter, type)) return true
    if (type.kind === 'parameter') {
      const known = this.#find(type)
      return known !== undefined && this.#occursIn(parameter, known)
    }
    return type.parameters.some((each) => this.#occursIn(parameter, each))
  }
}

/** Of two types that agree, the one that says less. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isAsGeneral(a, b) ? a : b
}

function isAsGeneral(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'parameter') return true
  if (b.kind === 'dyn' || b.kind === 'parameter') return false
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'opaque':
    case 'list':
    case 'map':
      return (
        a.name === b.name &&
        a.parameters.length === b.parameters.length &&
        a.parameters.every((each, index) => isAsGeneral(each, b.parameters[index] ?? dyn))
      )
    case 'type':
      return true
    default:
      return isExactType(a, b)
  }
}

function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error'
}

/** Types whose values may be null, besides null itself. */
function isNullable(type: CelType): boolean {
  return ['opaque', 'object', 'duration', 'timestamp', 'null'].includes(type.kind)
}
