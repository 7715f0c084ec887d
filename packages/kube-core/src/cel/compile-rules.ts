import type { Environment, Program } from '@fairlead/cel'
import type { FieldError } from '../field-error.ts'
import { child, invalid, propertyPath } from '../schema/schema-path.ts'
import type { StructuralSchema, ValidationRule } from '../schema/structural-schema.ts'
import { checkRule, createRuleEnvironment } from './rule-compiler.ts'
import { typeOfSchema } from './schema-type.ts'

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
  readonly root: RuleNode
}

/**
 * Compiles the rules of a schema. Rules that do not compile become errors whose fields are relative
 * to the schema, such as `properties[spec].x-kubernetes-validations[0].rule`, and are omitted from
 * the set, which is undefined where there are none.
 * @param isRoot whether the schema is that of an object, whose type and name rules may read
 */
export function compileRules(
  schema: StructuralSchema,
  isRoot = true,
): { rules: RuleSet | undefined; errors: FieldError[] } {
  const compiler = new Compiler()
  const root = compiler.node(schema, '', isRoot)
  const rules = root && { environment: compiler.environment, root }
  return { rules, errors: compiler.errors }
}

class Compiler {
  readonly errors: FieldError[] = []
  #environment: Environment | undefined

  /** Made when it is first needed: most schemas have no rules. */
  get environment(): Environment {
    this.#environment ??= createRuleEnvironment()
    return this.#environment
  }

  node(schema: StructuralSchema, path: string, isRoot = false): RuleNode | undefined {
    const rules = this.#rules(schema, path, isRoot)
    const properties = new Map<string, RuleNode>()
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const node = this.node(property, propertyPath(path, name))
      if (node) properties.set(name, node)
    }
    const items = schema.items && this.node(schema.items, child(path, 'items'))
    const { additionalProperties: values } = schema
    const additionalProperties =
      typeof values === 'object'
        ? this.node(values, child(path, 'additionalProperties'))
        : undefined
    if (rules.length === 0 && properties.size === 0 && !items && !additionalProperties) {
      return undefined
    }
    return { schema, isRoot, rules, properties, items, additionalProperties }
  }

  #rules(schema: StructuralSchema, path: string, isRoot: boolean): CompiledRule[] {
    const sources = schema['x-kubernetes-validations'] ?? []
    if (sources.length === 0) return []
    const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true
    const self = typeOfSchema(schema, isObject, 'selfType')
    if (!self) return []
    return sources.flatMap((source, index) => {
      const at = `${child(path, 'x-kubernetes-validations')}[${index}]`
      const checked = checkRule(this.environment, source, self.type)
      const { expression, message, error, messageError, usesOldSelf } = checked
      if (error !== undefined) this.errors.push(invalid(`${at}.rule`, source.rule, error))
      if (messageError !== undefined) {
        const badValue = source.messageExpression
        this.errors.push(invalid(`${at}.messageExpression`, badValue, messageError))
      }
      if (!expression || messageError !== undefined) return []
      return [
        {
          source,
          program: this.environment.program(expression),
          messageProgram: message && this.environment.program(message),
          usesOldSelf,
        },
      ]
    })
  }
}
