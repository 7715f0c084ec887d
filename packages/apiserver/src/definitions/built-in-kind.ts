import {
  deepFreeze,
  SchemaValidator,
  type KubernetesObject,
  type StructuralSchema,
} from '@fairlead/kube-core'

import type { BuiltInResource } from '../api-types/built-in-resource.ts'
import { schemaOfType } from '../api-types/schema-of-type.ts'
import { zeroValueOfType } from '../api-types/zero-value.ts'
import { deletionRulesOf } from './deletion-rules.ts'
import type { PrinterColumn } from './printer-column.ts'
import type { ResourceDefinition } from './resource-definition.ts'
import { ageColumn, nameColumn } from './standard-columns.ts'
import { updateRulesOf } from './update-rules.ts'

/**
 * What a built-in kind does differently from others. All else is in the tables of Kubernetes' types
 * and resources.
 */
export interface KindRules extends Partial<
  Pick<
    ResourceDefinition,
    | 'storageResource'
    | 'storageApiVersion'
    | 'hasGeneration'
    | 'createdWithStatus'
    | 'annotationsCount'
    | 'statusKeeps'
    | 'nameRule'
    | 'objectSubresources'
    | 'onlyFields'
    | 'selectableFields'
    | 'selectableValue'
    | 'rowConditions'
    | 'rowOrder'
    | 'scale'
    | 'writeRules'
    | 'conversion'
    | 'deprecationWarning'
    | 'review'
  >
> {
  readonly group: string
  /** Of a kind that is served in several versions; otherwise the rules are for the only one. */
  readonly version?: string
  readonly plural: string
  /** Columns between name and age. */
  readonly columns?: readonly PrinterColumn[]
  /** All columns, for kinds that do not show name, …, age. */
  readonly allColumns?: readonly PrinterColumn[]
}

/** Defines a built-in kind; everything that its rules leave out gets the usual value. */
export function builtInKind(
  resource: BuiltInResource,
  rules: Partial<KindRules> = {},
): ResourceDefinition {
  const { group, version, kind, plural, subresources = [] } = resource
  const { columns, allColumns, ...own } = rules
  let schema: StructuralSchema | undefined
  let validator: SchemaValidator | undefined
  let empty: KubernetesObject | undefined
  const apiVersion = group === '' ? version : `${group}/${version}`
  const qualified = group === '' ? plural : `${plural}.${group}`
  return {
    group,
    version,
    kind,
    plural,
    singular: resource.singular,
    listKind: `${kind}List`,
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
    namespaced: resource.namespaced,
    verbs: resource.verbs,
    subresources,
    storageResource: qualified,
    storageApiVersion: apiVersion,
    origin: 'built-in',
    hasGeneration: false,
    hasStatusSubresource: subresources.some(({ name }) => name === 'status'),
    statusKeeps: [['spec']],
    nameRule: 'subdomain',
    ...updateRulesOf(qualified),
    ...deletionRulesOf(qualified),
    selectableFields: [],
    writeRules: {},
    ...own,
    // Most kinds are never used by a server: their schemas are made when they are.
    get schema() {
      return (schema ??= schemaOfType(resource.type))
    },
    get validator() {
      return (validator ??= new SchemaValidator(this.schema))
    },
    get empty() {
      return (empty ??= deepFreeze({
        apiVersion,
        kind,
        metadata: {},
        ...zeroValueOfType(resource.type),
      }))
    },
    openApiName: resource.type,
    columns: allColumns ?? [nameColumn, ...(columns ?? []), ageColumn],
  }
}
