import { arrayOrEmpty, compareText, objectOrEmpty, type Logger } from '@fairlead/base'
import { type AdmissionExpressions, isNotFound, type TypeCheckedKind } from '@fairlead/kube-core'

import { schemaForExpressions } from '../api-types/schema-of-type.ts'
import { controllerUser } from '../auth/user.ts'
import { recordAt, recordsAt, textAt, type Fields } from '../definitions/fields.ts'
import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { applyObject } from '../resources/apply-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import { WorkQueue } from './work-queue.ts'

const manager = 'validatingadmissionpolicy-status'
const group = 'admissionregistration.k8s.io'
const plural = 'validatingadmissionpolicies'
const resource = `${plural}.${group}`
/** How many kinds a policy is checked against at most. */
const kindsMax = 10
const metadataType = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/**
 * Writes into the status of a ValidatingAdmissionPolicy what is wrong with its expressions for the
 * kinds that it means, once for each generation, as Kubernetes' controller of that name.
 */
export class PolicyTypeCheck {
  readonly #context: WriteContext
  readonly #expressions: AdmissionExpressions
  readonly #queue: WorkQueue
  readonly #unsubscribe: () => void

  constructor(context: ResourceContext, expressions: AdmissionExpressions, logger: Logger) {
    this.#context = actingAs(context, controllerUser(manager))
    this.#expressions = expressions
    this.#queue = new WorkQueue(context.clock, async (name) => {
      try {
        await this.#check(name)
      } catch (error) {
        if (isNotFound(error)) return
        logger.warn({ error, name }, 'the types of a policy were not checked')
        throw error
      }
    })
    const { storage } = context
    for (const { metadata } of storage.list({ resource }).objects) {
      this.#queue.add(metadata.name ?? '')
    }
    this.#unsubscribe = storage.subscribe(resource, ({ type, object }) => {
      if (type !== 'DELETED') this.#queue.add(object.metadata.name ?? '')
    })
  }

  stop(): void {
    this.#unsubscribe()
    this.#queue.stop()
  }

  async #check(name: string): Promise<void> {
    const { storage, registry } = this.#context
    const policy = storage.get({ resource, namespace: '', name })
    const definition = registry.find(group, 'v1', plural)
    if (policy === undefined || definition === undefined) return
    const { generation = 0 } = policy.metadata
    if (generation <= Number(recordAt(policy, 'status')['observedGeneration'] ?? 0)) return
    const expressionWarnings = this.#warningsOf(recordAt(policy, 'spec'))
    const body = {
      apiVersion: servedApiVersion(definition),
      kind: definition.kind,
      metadata: { name },
      status: {
        observedGeneration: generation,
        typeChecking: expressionWarnings.length === 0 ? {} : { expressionWarnings },
      },
    }
    await applyObject(
      this.#context,
      { definition, namespace: '', name, subresource: 'status' },
      () => body,
      {
        dryRun: false,
        fieldManager: manager,
        fieldValidation: 'Ignore',
        force: true,
        warn: () => {},
      },
    )
  }

  #warningsOf(spec: Fields): readonly { readonly fieldRef: string; readonly warning: string }[] {
    const params = this.#paramsOf(spec)
    const variables = recordsAt(spec, 'variables').map((each) => ({
      name: textAt(each, 'name'),
      expression: textAt(each, 'expression'),
    }))
    const checks = kindsOf(spec, this.#context.registry.all).map((definition) => ({
      shown: shownKind(definition),
      problemOf: this.#expressions.typeCheck({
        object: checkedKind(definition),
        params,
        variables,
      }),
    }))
    return expressionsOf(spec).flatMap(({ fieldRef, expression }) => {
      const found = checks.flatMap(({ shown, problemOf }) => {
        const problem = problemOf(expression)
        return problem === undefined ? [] : [`${shown}: ${problem}\n`]
      })
      return found.length === 0 ? [] : [{ fieldRef, warning: found.join('\n') }]
    })
  }

  #paramsOf(spec: Fields): TypeCheckedKind | undefined {
    const paramKind = objectOrEmpty(spec['paramKind'])
    const found = this.#context.registry.all.find(
      (each) =>
        each.kind === paramKind['kind'] && servedApiVersion(each) === paramKind['apiVersion'],
    )
    return found && checkedKind(found)
  }
}

/** The expressions that are checked, and where they are. */
function expressionsOf(spec: Fields): { readonly fieldRef: string; readonly expression: string }[] {
  return recordsAt(spec, 'validations').flatMap((validation, index) =>
    ['expression', 'messageExpression'].flatMap((field) => {
      const expression = textAt(validation, field)
      const isThere = field === 'expression' || expression !== ''
      return isThere ? [{ fieldRef: `spec.validations[${index}].${field}`, expression }] : []
    }),
  )
}

/**
 * The kinds that rules without wildcards name, by group, version and kind. As for a RESTMapper, the
 * core group means all groups.
 */
function kindsOf(spec: Fields, served: readonly ResourceDefinition[]): ResourceDefinition[] {
  const found = new Set<ResourceDefinition>()
  for (const rule of recordsAt(recordAt(spec, 'matchConstraints'), 'resourceRules')) {
    const named = (field: string): string[] => arrayOrEmpty(rule[field]).map(String).toSorted()
    const [groups, versions] = [named('apiGroups'), named('apiVersions')]
    if ([...groups, ...versions].some((each) => each.includes('*'))) continue
    const resources = named('resources').filter((each) => !/[*/]/.test(each))
    const matching = groups.flatMap((wanted) =>
      versions.flatMap((version) =>
        resources.flatMap((name) =>
          served.filter(
            (each) =>
              (wanted === '' || each.group === wanted) &&
              each.version === version &&
              (each.plural === name || each.singular === name),
          ),
        ),
      ),
    )
    for (const definition of matching.slice(0, kindsMax)) found.add(definition)
    if (matching.length >= kindsMax) break
  }
  return [...found].toSorted(
    (a, b) =>
      compareText(a.group, b.group) ||
      compareText(a.version, b.version) ||
      compareText(a.kind, b.kind),
  )
}

function checkedKind({ kind, origin, openApiName, schema }: ResourceDefinition): TypeCheckedKind {
  if (origin === 'built-in') return { kind, schema: schemaForExpressions(openApiName) }
  const text = { type: 'string' } as const
  const meta = { apiVersion: text, kind: text, metadata: schemaForExpressions(metadataType) }
  return { kind, schema: { ...schema, properties: { ...schema.properties, ...meta } } }
}

function shownKind({ group: own, version, kind }: ResourceDefinition): string {
  return `${own}/${version}, Kind=${kind}`
}
