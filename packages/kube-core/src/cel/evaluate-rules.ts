import { isCelError, type CelInput } from '@bufbuild/cel'
import { isJsonObject, type JsonObject } from '@fairlead/base'
import { type Environment, optionalNone, optionalOf } from '@fairlead/cel'
import type { FieldError } from '../field-error.ts'
import { goQuote } from '../go-quote.ts'
import { member } from '../json-object.ts'
import { itemsByKeys, keysOf, type Correlation } from '../schema/correlation.ts'
import { pathOfField } from '../schema/field-schema.ts'
import type { CompiledRule, RuleNode, RuleSet } from './compile-rules.ts'
import { Ratchet } from './ratchet.ts'
import { toCel } from './to-cel.ts'

/** Cost limit of all rules together for one object, as in Kubernetes. */
const objectCostMax = 10_000_000

/** How an update is judged less strictly. */
interface Ratcheting {
  /** Both objects beside each other. */
  readonly correlation: Correlation
  /** Told what is wrong with parts that have stayed as they were, instead of refusing it. */
  readonly tolerate: (error: FieldError) => void
}

/**
 * Runs the rules on an object. Pass the stored object as `old` on update: rules about `oldSelf` run
 * where there is a counterpart.
 * Objects must be pruned, defaulted and valid by their schema. Evaluation is bounded: each rule, and
 * all of them together, have a cost limit.
 * @param ratcheting if given, rules that do not use `oldSelf` tolerate what has not changed
 */
export function evaluateRules(
  rules: RuleSet | undefined,
  object: unknown,
  old: unknown,
  ratcheting?: Ratcheting,
): FieldError[] {
  if (rules === undefined) return []
  const evaluation = new Evaluation(rules.environment, ratcheting?.tolerate)
  const ratchet = new Ratchet(ratcheting?.correlation)
  evaluation.visit(rules.root, { value: object, old, path: '', ratchet })
  return evaluation.errors
}

/** A value that is judged. */
interface Place {
  readonly value: unknown
  readonly old: unknown
  readonly path: string
  readonly ratchet: Ratchet
}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run'

class Evaluation {
  readonly errors: FieldError[] = []
  readonly #environment: Environment
  readonly #tolerate: (error: FieldError) => void
  #budget = objectCostMax

  constructor(environment: Environment, tolerate: Ratcheting['tolerate'] = () => {}) {
    this.#environment = environment
    this.#tolerate = tolerate
  }

  visit(node: RuleNode, place: Place): void {
    const { value } = place
    if (value === null || value === undefined || this.#budget < 0) return
    this.#runRules(node, place)
    if (Array.isArray(value) && node.items) this.#visitItems(node, node.items, value, place)
    if (isJsonObject(value)) this.#visitFields(node, value, place)
  }

  #visitItems(
    list: RuleNode,
    items: RuleNode,
    values: readonly unknown[],
    { old, path, ratchet }: Place,
  ): void {
    const oldItems = itemsByKeys(old, list.schema)
    for (const [index, value] of values.entries()) {
      const keys = oldItems.size > 0 ? keysOf(value, list.schema) : undefined
      this.visit(items, {
        value,
        old: keys === undefined ? undefined : oldItems.get(keys),
        path: `${path}[${index}]`,
        ratchet: ratchet.index(index),
      })
    }
  }

  #visitFields(node: RuleNode, fields: JsonObject, { old, path, ratchet }: Place): void {
    const oldFields = isJsonObject(old) ? old : {}
    const { schema, properties, additionalProperties } = node
    for (const [name, value] of Object.entries(fields)) {
      const isDeclared = schema.properties && Object.hasOwn(schema.properties, name)
      const below = isDeclared ? properties.get(name) : additionalProperties
      if (below === undefined) continue
      this.visit(below, {
        value,
        old: member(oldFields, name),
        path: pathOfField(schema, path, name),
        ratchet: ratchet.key(name),
      })
    }
  }

  #runRules(node: RuleNode, place: Place): void {
    const stored = place.old ?? undefined
    const due = node.rules.filter(
      ({ usesOldSelf, source }) =>
        !usesOldSelf || stored !== undefined || source.optionalOldSelf === true,
    )
    if (due.length === 0) return
    const environment = this.#environment
    const self = toCel(place.value, node.schema, environment, node.isRoot)
    const oldSelf =
      stored === undefined ? undefined : toCel(stored, node.schema, environment, node.isRoot)
    for (const rule of due) {
      if (this.#budget < 0) return
      this.#runRule(rule, bindings(rule, self, oldSelf), node, place)
    }
  }

  #runRule(
    rule: CompiledRule,
    variables: Record<string, CelInput>,
    node: RuleNode,
    { path, ratchet }: Place,
  ): void {
    const { meter } = this.#environment
    const budget = this.#budget
    meter.start(budget)
    const result = rule.program(variables)
    this.#budget = budget - meter.used
    if (result === true && !meter.overBudget) return
    const badValue = node.schema.type ?? ''
    const fail = (detail: string) => {
      this.errors.push({ type: 'Invalid', field: path || '<nil>', badValue, detail })
    }
    if (meter.overBudget) this.#end(() => fail(outOfBudget))
    else if (meter.exceeded) {
      this.#end(() =>
        fail(
          `'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`,
        ),
      )
    } else if (isCelError(result)) fail(evaluationError(result.message, rule))
    else {
      const { message, problem } = this.#message(rule, variables)
      if (problem !== undefined) return this.#end(() => fail(problem))
      const error = failure(rule, message, path, badValue)
      if (!rule.usesOldSelf && ratchet.tolerates) this.#tolerate(error)
      else this.errors.push(error)
    }
  }

  /** Reports why no further rules are run. */
  #end(report: () => void): void {
    this.#budget = -1
    report()
  }

  /** The result of the message expression; undefined if it fails or is not usable. */
  #message(
    { source, messageProgram }: CompiledRule,
    variables: Record<string, CelInput>,
  ): { readonly message?: string; readonly problem?: string } {
    if (!messageProgram) return {}
    const { meter } = this.#environment
    meter.start(this.#budget)
    const result = messageProgram(variables)
    this.#budget -= meter.used
    if (meter.overBudget) return { problem: messageOutOfBudget }
    if (meter.exceeded) {
      const expression = goQuote(source.messageExpression ?? '')
      return {
        problem: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${expression}`,
      }
    }
    const text = typeof result === 'string' ? result.trim() : ''
    const usable = text !== '' && text.length <= messageLengthMax && !text.includes('\n')
    return usable ? { message: text } : {}
  }
}

const messageLengthMax = 5120
const messageOutOfBudget =
  'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'

function failure(
  rule: CompiledRule,
  message: string | undefined,
  path: string,
  badValue: string,
): FieldError {
  const { reason, fieldPath } = rule.source
  const field = joinPath(path, fieldPath) || '<nil>'
  const detail = message ?? defaultMessage(rule)
  switch (reason) {
    case 'FieldValueForbidden':
      return { type: 'Forbidden', field, detail }
    case 'FieldValueRequired':
      return { type: 'Required', field, detail }
    case 'FieldValueDuplicate':
      return { type: 'Duplicate', field, badValue, detail: '' }
    case 'FieldValueInvalid':
    case undefined:
    default:
      return { type: 'Invalid', field, badValue, detail }
  }
}

function bindings(
  rule: CompiledRule,
  self: CelInput,
  oldSelf: CelInput | undefined,
): Record<string, CelInput> {
  if (rule.source.optionalOldSelf) {
    return { self, oldSelf: oldSelf === undefined ? optionalNone() : optionalOf(oldSelf) }
  }
  return oldSelf === undefined ? { self } : { self, oldSelf }
}

function evaluationError(message: string, rule: CompiledRule): string {
  const text = message
    .replace(/^field not found: /, 'no such key: ')
    .replace(/^int divide by zero/, 'division by zero')
    .replace(/^found no matching overload.*/s, 'no such overload')
  if (text.startsWith('no such overload')) {
    return `'${text}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
  }
  return `${text} evaluating rule: ${ruleText(rule)}`
}

function defaultMessage(rule: CompiledRule): string {
  const { message } = rule.source
  return message ? message.trim() : `failed rule: ${rule.source.rule.trim()}`
}

function ruleText(rule: CompiledRule): string {
  return (rule.source.message || rule.source.rule).trim()
}

function joinPath(path: string, fieldPath: string | undefined): string {
  if (!fieldPath) return path
  return path === '' ? fieldPath.replace(/^\./, '') : path + fieldPath
}
