import { type ConfigValue, variableIn } from './config-section.ts'
import { nameOf, UniqueNames } from './names.ts'
import type { Variables } from './variables.ts'

/** The entry of every Secret. */
const secretEntry = 'api-key'

/** What is to be done with a key that the configuration has in plain text. */
export const plainTextAdvice =
  'it is in secrets.yaml now; keep that file to yourself, and better replace the key'

/** A Secret that the manifests name. */
export interface ConvertedSecret {
  readonly name: string
  readonly entry: string
  /** Empty where it is not known. */
  readonly value: string
  /** The variable that has the value where LiteLLM runs. */
  readonly variable?: string
  /** What it holds, or has to. */
  readonly holds: string
}

/** Which Secret has a value. */
export interface SecretUse {
  readonly name: string
  readonly key: string
}

/** The Secrets of a conversion: one for each variable, and for each value of the configuration. */
export class SecretBook {
  readonly #variables: Variables
  readonly #fills: boolean
  readonly #names = new UniqueNames()
  readonly #secrets = new Map<string, ConvertedSecret>()

  /** With `fills`, Secrets of variables get the values that these have here. */
  constructor(variables: Variables, fills: boolean) {
    this.#variables = variables
    this.#fills = fills
  }

  /** The Secret of a key in the configuration: of its variable, or with its text. */
  of(value: ConfigValue, hint: string): SecretUse | undefined {
    const text = value.scalar()
    if (text === undefined || text === '') return undefined
    const variable = variableIn(text)
    if (variable !== undefined) return this.ofVariable(variable, value)
    value.note('todo', `this key stands in plain text: ${plainTextAdvice}`)
    return this.ofText(text, hint)
  }

  /** The Secret of a variable. */
  ofVariable(variable: string, place?: ConfigValue): SecretUse {
    const own = this.#variables.ofConfiguration(variable)
    const filled = own ?? (this.#fills ? this.#variables.get(variable) : undefined)
    const use = this.#use(`variable ${variable}`, variable, {
      value: filled ?? '',
      variable,
      holds: `the value of ${variable}`,
    })
    if (own !== undefined) {
      place?.note(
        'todo',
        `${variable} stands in plain text in environment_variables: ${plainTextAdvice}`,
      )
    }
    if (filled === undefined) {
      place?.note('todo', `Secret ${use.name} needs the value of ${variable}: see secrets.yaml`)
    }
    return use
  }

  /** A Secret with this value. */
  ofText(value: string, hint: string): SecretUse {
    return this.#use(`text ${value}`, hint, { value, holds: 'a key of the configuration' })
  }

  /** A Secret that somebody has to fill in. */
  empty(hint: string, holds: string): SecretUse {
    return this.#use(`empty ${hint}`, hint, { value: '', holds })
  }

  /** A text that may name a variable: its value, where that is known here. Empty for an empty text. */
  textOf(text: string): string | undefined {
    const variable = variableIn(text)
    if (variable === undefined) return text
    const own = this.#variables.ofConfiguration(variable)
    return own ?? (this.#fills ? this.#variables.get(variable) : undefined)
  }

  all(): readonly ConvertedSecret[] {
    return [...this.#secrets.values()]
  }

  #use(
    identity: string,
    hint: string,
    content: Pick<ConvertedSecret, 'value' | 'variable' | 'holds'>,
  ): SecretUse {
    let secret = this.#secrets.get(identity)
    if (secret === undefined) {
      secret = { name: this.#names.take(nameOf(hint)), entry: secretEntry, ...content }
      this.#secrets.set(identity, secret)
    }
    return { name: secret.name, key: secret.entry }
  }
}
