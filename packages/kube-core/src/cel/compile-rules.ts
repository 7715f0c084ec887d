import {
  checkExpression,
  createEnvironment,
  dyn,
  type Environment,
  ExpressionTypeError,
  type ParsedExpression,
  parseExpression,
  type Program,
  type ValueType,
  withPosition,
} from '@fairlead/cel'
import type { FieldError } from '../field-error.ts'
import type { StructuralSchema, ValidationRule } from '../schema/structural-schema.ts'
import { formatLibrary } from './libraries/format.ts'
import { ipLibrary } from './libraries/ip.ts'
import { quantityLibrary } from './libraries/quantity.ts'
import { typeOfSchema } from './rule-type.ts'

/** A compiled rule. */
export interface CompiledRule {
  readonly source: ValidationRule
  readonly program: Program
  readonly messageProgram: Program | undefined
  readonly usesOldSelf: boolean
}

/** The rules at one node of the schema and below it. */
export interface RuleNode {
  readonly schema: StructuralSchema
  readonly isRoot: boolean
  readonly rules: readonly CompiledRule[]
  readonly properties: ReadonlyMap<string, RuleNode>
  readonly items: RuleNode | undefined
  readonly additionalProperties: RuleNode | undefined
}

/** The CEL rules of a schema, compiled. Evaluate it with `evaluateRules`, one evaluation at a time. */
export interface RuleSet {
  readonly environment: Environment
  /** Undefined when the schema has no rules. */
  readonly root: RuleNode | undefined
}

/**
 * Compiles the rules of a schema. Rules that do not compile become errors whose fields are relative
 * to the schema, such as `properties[spec].x-kubernetes-validations[0].rule`, and are omitted from
 * the set.
 */
export function compileRules(schema: StructuralSchema): { rules: RuleSet; errors: FieldError[] } {
  const compiler = new Compiler()
  const root = compiler.node(schema, '', { isRoot: true, uncorrelatable: undefined })
  return { rules: { environment: compiler.environment, root }, errors: compiler.errors }
}

interface Place {
  isRoot: boolean
  /** The list inside which values cannot be correlated with the stored object. */
  uncorrelatable: string | undefined
}

class Compiler {
  readonly environment = createEnvironment([...quantityLibrary, ...ipLibrary, ...formatLibrary])
  readonly errors: FieldError[] = []

  node(schema: StructuralSchema, path: string, place: Place): RuleNode | undefined {
    const rules = (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
      const at = `${child(path, 'x-kubernetes-validations')}[${index}]`
      const compiled = this.#rule(rule, schema, at, place)
      return compiled ? [compiled] : []
    })
    const below: Place = { isRoot: false, uncorrelatable: place.uncorrelatable }
    const properties = new Map<string, RuleNode>()
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const node = this.node(property, `${child(path, 'properties')}[${name}]`, below)
      if (node) properties.set(name, node)
    }
    const items = schema.items && this.#items(schema, schema.items, path, place)
    const { additionalProperties: values } = schema
    const additionalProperties =
      typeof values === 'object'
        ? this.node(values, child(path, 'additionalProperties'), below)
        : undefined
    if (rules.length === 0 && properties.size === 0 && !items && !additionalProperties) {
      return undefined
    }
    return { schema, isRoot: place.isRoot, rules, properties, items, additionalProperties }
  }

  #items(
    list: StructuralSchema,
    items: StructuralSchema,
    path: string,
    place: Place,
  ): RuleNode | undefined {
    const isMap = list['x-kubernetes-list-type'] === 'map'
    const uncorrelatable = place.uncorrelatable ?? (isMap ? undefined : child(path, 'items'))
    return this.node(items, child(path, 'items'), { isRoot: false, uncorrelatable })
  }

  #rule(
    rule: ValidationRule,
    schema: StructuralSchema,
    at: string,
    place: Place,
  ): CompiledRule | undefined {
    const before = this.errors.length
    this.#checkTexts(rule, schema, at)
    const self = typeOfSchema(schema, place.isRoot)
    const scope = new Map<string, ValueType>([
      ['self', self],
      ['oldSelf', rule.optionalOldSelf ? dyn : self],
    ])
    if (rule.rule.trim() === '') {
      this.errors.push({ type: 'Required', field: `${at}.rule`, detail: 'rule is not specified' })
      return undefined
    }
    const parsed = this.#expression(rule.rule, scope, `${at}.rule`, 'bool')
    const usesOldSelf = /\boldSelf\b/.test(rule.rule)
    if (usesOldSelf && place.uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`
      this.errors.push({ type: 'Invalid', field: `${at}.rule`, badValue: rule.rule, detail })
    }
    const message = rule.messageExpression
      ? this.#expression(rule.messageExpression, scope, `${at}.messageExpression`, 'string')
      : undefined
    if (!parsed || this.errors.length > before) return undefined
    return {
      source: rule,
      program: this.environment.program(parsed.expression),
      messageProgram: message && this.environment.program(message.expression),
      usesOldSelf,
    }
  }

  #expression(
    text: string,
    scope: ReadonlyMap<string, ValueType>,
    field: string,
    expected: 'bool' | 'string',
  ): ParsedExpression | undefined {
    const fail = (detail: string) => {
      this.errors.push({ type: 'Invalid', field, badValue: text, detail })
      return undefined
    }
    try {
      const parsed = parseExpression(text)
      const { name } = checkExpression(parsed, scope, (called) =>
        this.environment.hasFunction(called),
      )
      if (name === expected || name === 'dyn') return parsed
      return fail(
        expected === 'bool'
          ? 'cel expression must evaluate to a bool'
          : 'messageExpression must evaluate to a string',
      )
    } catch (error) {
      if (error instanceof ExpressionTypeError) {
        return fail(`compilation failed: ${withPosition(error.message, text, error.offset)}`)
      }
      return fail(
        `compilation failed: ERROR: ${error instanceof Error ? error.message : 'unknown'}`,
      )
    }
  }

  #checkTexts(rule: ValidationRule, schema: StructuralSchema, at: string): void {
    const { message, reason, fieldPath } = rule
    const invalid = (name: string, badValue: string, detail: string) => {
      this.errors.push({ type: 'Invalid', field: `${at}.${name}`, badValue, detail })
    }
    if (message !== undefined && message !== '' && message.trim() === '') {
      invalid('message', message, 'message must be non-empty if specified')
    } else if (message?.trim().includes('\n')) {
      invalid('message', message, 'message must not contain line breaks')
    } else if (rule.rule.trim().includes('\n') && !message && !rule.messageExpression) {
      const detail = 'message must be specified if rule contains line breaks'
      this.errors.push({ type: 'Required', field: `${at}.message`, detail })
    }
    if (reason !== undefined && !reasons.includes(reason)) {
      const detail = `supported values: ${reasons.map((known) => `"${known}"`).join(', ')}`
      this.errors.push({ type: 'Unsupported', field: `${at}.reason`, badValue: reason, detail })
    }
    if (fieldPath && !isFieldPath(fieldPath, schema)) {
      invalid(
        'fieldPath',
        fieldPath,
        'fieldPath must be a valid path: does not refer to a valid field',
      )
    }
  }
}

const reasons = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
]

/** `.a.b['c-d']` through properties and maps. */
function isFieldPath(path: string, schema: StructuralSchema): boolean {
  const segments = fieldPathSegments(path)
  let current: StructuralSchema | undefined = schema
  for (const segment of segments ?? []) {
    current = current && fieldSchema(current, segment)
    if (!current) return false
  }
  return segments !== undefined
}

function fieldSchema(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const { properties, additionalProperties } = schema
  if (properties && Object.hasOwn(properties, name)) return properties[name]
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** The names in a field path; undefined when it is not one. */
function fieldPathSegments(path: string): string[] | undefined {
  const parts = [...path.matchAll(/\.([^.[\]]+)|\['((?:\\.|[^'\\])*)'\]/gy)]
  if (parts.map((part) => part[0]).join('') !== path) return undefined
  return parts.map((part) => part[1] ?? (part[2] ?? '').replace(/\\(['\\])/g, '$1'))
}

function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
