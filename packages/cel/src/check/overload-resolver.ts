import type { Overload } from '../declarations/functions.ts'
import { type CelType, dyn, isExactType, typeParameter } from '../types/cel-type.ts'
import { Substitution } from '../types/substitution.ts'

/** The signatures that a call may use. */
interface Resolution {
  readonly ids: readonly string[]
  /** `dyn` where they disagree. */
  readonly result: CelType
}

/** Finds the signatures that accept the types of a call's arguments. */
export class OverloadResolver {
  readonly #substitution: Substitution
  #freeParameters = 0

  constructor(substitution: Substitution) {
    this.#substitution = substitution
  }

  /** @param types of the arguments, that of the target first; undefined when no signature fits */
  resolve(
    overloads: readonly Overload[],
    isMember: boolean,
    types: readonly CelType[],
  ): Resolution | undefined {
    const ids: string[] = []
    let result: CelType | undefined
    for (const overload of overloads) {
      if (overload.isMember !== isMember) continue
      const { args, result: declared } = this.#instantiate(overload)
      if (!this.#substitution.areAssignable(types, args)) continue
      ids.push(overload.id)
      const found = this.#substitution.substitute(declared)
      if (!result) result = found
      else if (result.kind !== 'dyn' && !isExactType(found, result)) result = dyn
    }
    return result && { ids, result }
  }

  /** A type parameter that nothing else uses. */
  freshParameter(): CelType {
    return typeParameter(`_var${this.#freeParameters++}`)
  }

  /** The signature with type parameters of its own. */
  #instantiate(overload: Overload): Pick<Overload, 'args' | 'result'> {
    if (overload.parameters.length === 0) return overload
    const fresh = new Substitution()
    for (const name of overload.parameters) fresh.add(typeParameter(name), this.freshParameter())
    return {
      args: overload.args.map((type) => fresh.substitute(type)),
      result: fresh.substitute(overload.result),
    }
  }
}
