import type { CheckedExpression, Environment } from '@fairlead/cel'
import type { StructuralSchema, ValidationRule } from '../schema/structural-schema.ts'
import { checkRule } from './rule-compiler.ts'
import { requestSizeMax, sizeAt, typeOfSchema, type SchemaType } from './schema-type.ts'

/** What is known of a rule before it runs. */
export interface RuleVerdict {
  readonly rule: ValidationRule
  /** Why its expression, or that of its message, is refused. */
  readonly error?: string
  readonly messageError?: string
  readonly usesOldSelf: boolean
  /** What one evaluation costs at most. */
  readonly cost: number
  /** Of its message; undefined where that has no expression. */
  readonly messageCost?: number
  /** How often such values can be in an object, by their size alone. */
  readonly cardinality: number
}

/** Judges the rules of one node of a schema. As Compile in Kubernetes' apiextensions-apiserver. */
export function judgeRules(
  schema: StructuralSchema,
  isRoot: boolean,
  environment: Environment,
): RuleVerdict[] {
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true
  const self = typeOfSchema(schema, isObject, 'selfType')
  if (!self) return []
  const cardinality = Math.floor(requestSizeMax / (self.bytesMin + 1))
  return (schema['x-kubernetes-validations'] ?? []).map((rule) => {
    const { expression, message, error, messageError, usesOldSelf } = checkRule(
      environment,
      rule,
      self.type,
    )
    const costOf = (checked: CheckedExpression) => maxCost(environment, checked, self)
    return {
      rule,
      ...(error === undefined ? {} : { error }),
      ...(messageError === undefined ? {} : { messageError }),
      usesOldSelf,
      cost: expression ? costOf(expression) : 0,
      ...(message ? { messageCost: costOf(message) } : {}),
      cardinality,
    }
  })
}

function maxCost(environment: Environment, checked: CheckedExpression, self: SchemaType): number {
  return environment.estimate(checked, (path) => sizeAt(self, path)).max
}
