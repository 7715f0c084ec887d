import { append } from '@fairlead/base'
import type { Environment } from '@fairlead/cel'
import { judgeRules, type RuleVerdict } from '../cel/judge-rules.ts'
import { createRuleEnvironment } from '../cel/rule-compiler.ts'
import type { FieldError } from '../field-error.ts'
import { child, invalid } from '../schema/schema-path.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { goRule } from './go-versions.ts'

/** What one expression, and all of a schema together, may cost by estimate, as in Kubernetes. */
const expressionCostMax = 10_000_000
const schemaCostMax = 100_000_000

/** How many of the most expensive expressions are named when all together cost too much. */
const namedMax = 4

/** The part of a place that decides what a rule costs and what it may use. */
interface RulePlace {
  readonly isRoot: boolean
  readonly cardinality: number | undefined
  readonly uncorrelatable: string | undefined
}

/** Judges the rules of one schema, and adds up what they may cost. */
export class RuleBudget {
  readonly #isUnchanged: boolean
  /** Made when it is first needed: most schemas have no rules. */
  #environment: Environment | undefined
  #total = 0
  readonly #expensive: { readonly field: string; readonly cost: number }[] = []

  constructor(isUnchanged: boolean) {
    this.#isUnchanged = isUnchanged
  }

  /** What is wrong with the expressions of a node. */
  check(schema: StructuralSchema, path: string, place: RulePlace): FieldError[] {
    const rules = schema['x-kubernetes-validations'] ?? []
    if (rules.length === 0) return []
    this.#environment ??= createRuleEnvironment()
    return judgeRules(schema, place.isRoot, this.#environment).flatMap((verdict, index) =>
      this.#rule(verdict, `${child(path, 'x-kubernetes-validations')}[${index}]`, place),
    )
  }

  totalErrors(path: string): FieldError[] {
    if (this.#total <= schemaCostMax) return []
    const detail =
      'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
    const named = this.#expensive
      .toSorted((a, b) => b.cost - a.cost)
      .slice(0, namedMax)
      .map(({ field }): FieldError => ({ type: 'Forbidden', field, detail }))
    const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
    return [...named, tooExpensive(path, name, this.#total, schemaCostMax)]
  }

  #rule(verdict: RuleVerdict, at: string, place: RulePlace): FieldError[] {
    const { rule, error, messageError } = verdict
    const errors: FieldError[] = []
    const cost = verdict.cost * (place.cardinality ?? verdict.cardinality)
    append(errors, this.#observe(cost, `${at}.rule`, 'estimated rule cost'))
    if (error !== undefined) errors.push(invalid(`${at}.rule`, goRule(rule), error))
    if (messageError !== undefined) {
      errors.push(invalid(`${at}.messageExpression`, goRule(rule), messageError))
    } else if (verdict.messageCost !== undefined) {
      const field = `${at}.messageExpression`
      const name = 'estimated messageExpression cost'
      append(errors, this.#observe(verdict.messageCost, field, name))
    }
    return [...errors, ...checkOldSelf(verdict, at, place)]
  }

  #observe(cost: number, field: string, name: string): FieldError[] {
    this.#total += cost
    if (cost >= schemaCostMax / 100) this.#expensive.push({ field, cost })
    if (this.#isUnchanged || cost <= expressionCostMax) return []
    return [tooExpensive(field, name, cost, expressionCostMax)]
  }
}

function checkOldSelf({ rule, usesOldSelf }: RuleVerdict, at: string, place: RulePlace) {
  if (usesOldSelf) {
    if (place.uncorrelatable === undefined) return []
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`
    return [invalid(`${at}.rule`, rule.rule, detail)]
  }
  if (rule.optionalOldSelf === undefined) return []
  const detail = 'may not be set if oldSelf is not used in rule'
  return [invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, detail)]
}

const advice =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'

function tooExpensive(field: string, name: string, cost: number, max: number): FieldError {
  const factor = cost / max
  const shown =
    factor > 100
      ? 'more than 100x'
      : factor < 1.5
        ? `${factor.toFixed(6)}x`
        : `${factor.toFixed(1)}x`
  const detail = `${name} exceeds budget by factor of ${shown} ${advice}`
  return { type: 'Forbidden', field, detail }
}
