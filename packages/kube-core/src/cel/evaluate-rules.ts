import { isCelError, type CelInput } from '@bufbuild/cel'
import { isJsonObject } from '@fairlead/base'
import { type Environment, optionalNone, optionalOf } from '@fairlead/cel'
import { deepEqual } from '../deep-equal.ts'
import type { FieldError } from '../field-error.ts'
import { member } from '../json-object.ts'
import { itemIdentity, itemsByIdentity } from '../schema/list-items.ts'
import type { CompiledRule, RuleNode, RuleSet } from './compile-rules.ts'
import { toCel } from './to-cel.ts'

/** Cost limit of all rules together for one object, as in Kubernetes. */
const objectCostMax = 10_000_000

/**
 * Runs the rules on an object. Pass the stored object as `old` on update: rules about `oldSelf` run
 * where there is a counterpart, and other rules are skipped where nothing changed.
 * Objects must be pruned, defaulted and valid by their schema. Evaluation is bounded: each rule, and
 * all of them together, have a cost limit.
 */
export function evaluateRules(
  rules: RuleSet | undefined,
  object: unknown,
  old: unknown,
): FieldError[] {
  if (rules === undefined) return []
  const evaluation = new Evaluation(rules.environment)
  evaluation.visit(rules.root, object, old, '')
  return evaluation.errors
}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run'

class Evaluation {
  readonly errors: FieldError[] = []
  readonly #environment: Environment
  #budget = objectCostMax

  constructor(environment: Environment) {
    this.#environment = environment
  }

  visit(node: RuleNode, value: unknown, old: unknown, path: string): void {
    if (value === null || value === undefined || this.#budget < 0) return
    this.#runRules(node, value, old, path)
    if (Array.isArray(value) && node.items) this.#visitItems(node, node.items, value, old, path)
    if (isJsonObject(value)) this.#visitFields(node, value, old, path)
  }

  #visitItems(
    list: RuleNode,
    items: RuleNode,
    value: readonly unknown[],
    old: unknown,
    path: string,
  ): void {
    const oldItems = itemsByIdentity(old, list.schema)
    for (const [index, item] of value.entries()) {
      const identity = oldItems.size > 0 ? itemIdentity(item, list.schema) : undefined
      const oldItem = identity === undefined ? undefined : oldItems.get(identity)
      this.visit(items, item, oldItem, `${path}[${index}]`)
    }
  }

  #visitFields(node: RuleNode, value: Record<string, unknown>, old: unknown, path: string): void {
    const oldFields = isJsonObject(old) ? old : {}
    for (const [name, field] of Object.entries(value)) {
      const declared = node.schema.properties && Object.hasOwn(node.schema.properties, name)
      const below = declared ? node.properties.get(name) : node.additionalProperties
      const at = path === '' ? name : `${path}.${name}`
      if (below) this.visit(below, field, member(oldFields, name), at)
    }
  }

  #runRules(node: RuleNode, value: unknown, old: unknown, path: string): void {
    if (node.rules.length === 0) return
    const unchanged = old !== undefined && deepEqual(value, old)
    const due = node.rules.filter((rule) =>
      rule.usesOldSelf ? old !== undefined || rule.source.optionalOldSelf : !unchanged,
    )
    if (due.length === 0) return
    const self = toCel(value, node.schema, this.#environment, node.isRoot)
    const stored = old ?? undefined
    const oldSelf =
      stored === undefined ? undefined : toCel(stored, node.schema, this.#environment, node.isRoot)
    for (const rule of due) {
      if (this.#budget < 0) return
      this.#runRule(rule, bindings(rule, self, oldSelf), node, path)
    }
  }

  #runRule(
    rule: CompiledRule,
    variables: Record<string, CelInput>,
    node: RuleNode,
    path: string,
  ): void {
    const { meter } = this.#environment
    const budget = this.#budget
    meter.start(budget)
    const result = rule.program(variables)
    this.#budget = budget - meter.used
    if (result === true && !meter.exceeded) return
    const badValue = node.schema.type ?? ''
    const fail = (detail: string) => {
      this.errors.push({ type: 'Invalid', field: path || '<nil>', badValue, detail })
    }
    if (meter.exceeded) {
      this.#budget = -1
      fail(
        meter.overBudget
          ? outOfBudget
          : `'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`,
      )
    } else if (isCelError(result)) fail(evaluationError(result.message, rule))
    else this.errors.push(this.#failure(rule, variables, path, badValue))
  }

  #failure(
    rule: CompiledRule,
    variables: Record<string, CelInput>,
    path: string,
    badValue: string,
  ): FieldError {
    const { reason, fieldPath } = rule.source
    const field = joinPath(path, fieldPath) || '<nil>'
    const detail = this.#message(rule, variables) ?? defaultMessage(rule)
    switch (reason) {
      case 'FieldValueForbidden':
        return { type: 'Forbidden', field, detail }
      case 'FieldValueRequired':
        return { type: 'Required', field, detail }
      case 'FieldValueDuplicate':
        return { type: 'Duplicate', field, badValue, detail: '' }
      case undefined:
      default:
        return { type: 'Invalid', field, badValue, detail }
    }
  }

  /** The result of the message expression; undefined if it fails or is not usable. */
  #message(rule: CompiledRule, variables: Record<string, CelInput>): string | undefined {
    if (!rule.messageProgram) return undefined
    const { meter } = this.#environment
    meter.start(this.#budget)
    const result = rule.messageProgram(variables)
    this.#budget -= meter.used
    const text = typeof result === 'string' ? result.trim() : ''
    const usable = text !== '' && text.length <= messageLengthMax && !text.includes('\n')
    return usable ? text : undefined
  }
}

const messageLengthMax = 5120

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
