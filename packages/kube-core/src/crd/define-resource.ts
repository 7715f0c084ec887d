import { deepFreeze } from '../deep-freeze.ts'
import type { FieldError } from '../field-error.ts'
import { joinFieldErrors } from '../told-field-errors.ts'
import type { ClusterObjectMeta, NamespacedObjectMeta, ObjectMeta, TypedObject } from '../object.ts'
import type { ResourceType } from '../resource-type.ts'
import { checkStructural } from '../schema/check-structural.ts'
import type {
  ExternalDocumentation,
  StructuralSchema,
  ValidationRule,
} from '../schema/structural-schema.ts'
import { compileSchema } from './compile-schema.ts'
import { jsonSchemaOf, type JsonSchema, type StandardJsonSchema } from './json-schema.ts'
import {
  defaultCustomResourceDefinition,
  type CustomResourceDefinitionObject,
  type CustomResourceVersion,
  type PrinterColumn,
  type ScaleSubresource,
} from './custom-resource-definition.ts'

import { checkDeprecation } from './validate-deprecation.ts'
import { checkColumns, checkSelectableFields, checkSubresources } from './validate-columns.ts'

type Scope = 'Namespaced' | 'Cluster'

/** By the scope of a kind; of a kind whose scope is not known, with or without a namespace. */
type MetadataIn<S extends Scope> = {
  Namespaced: NamespacedObjectMeta
  Cluster: ClusterObjectMeta
}[S]

/** An object of a kind with `spec` and `status`, after the API server's defaulting. */
export interface Resource<
  Spec,
  Status,
  Metadata extends ObjectMeta = ObjectMeta,
> extends TypedObject {
  metadata: Metadata
  spec: Spec
  status?: Status
}

/** The declaration of a kind. */
export interface ResourceDeclaration<Spec, Status, S extends Scope = Scope> {
  group: string
  version: string
  kind: string
  plural: string
  /** Defaults to the kind in lower case. */
  singular?: string
  /** Defaults to the kind with `List` behind it. */
  listKind?: string
  /** Defaults to `Namespaced`. */
  scope?: S
  shortNames?: readonly string[]
  categories?: readonly string[]
  /** Whether this version can be read and written. Defaults to true. */
  served?: boolean
  /**
   * Whoever uses this version is warned: in the server's words, or in these, at most 256 characters.
   * Defaults to false.
   */
  deprecated?: boolean | { readonly warning: string }
  /** The description of the kind in `kubectl explain`. */
  description: string
  spec: JsonSchema<Spec> | StandardJsonSchema<Spec>
  /** If present, the kind has the status subresource. */
  status?: JsonSchema<Status> | StandardJsonSchema<Status>
  /** CEL rules for the whole object. Defaults to none. */
  validations?: readonly ValidationRule[]
  printColumns?: readonly PrinterColumn[]
  /** If present, the kind has the scale subresource: `kubectl scale` and autoscalers work on it. */
  scale?: ScaleSubresource
  /** Paths such as `.spec.engine` by which field selectors may choose; at most eight. */
  selectableFields?: readonly string[]
  /** Where the kind is described at length. */
  externalDocs?: ExternalDocumentation
  /** Labels and annotations of the definition itself. */
  metadata?: {
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
}

/** A kind: how it is addressed, its schema and its definition, all frozen. */
export interface DefinedResource<T extends TypedObject> extends ResourceType<T> {
  readonly schema: StructuralSchema
  readonly crd: CustomResourceDefinitionObject
  readonly shortNames: readonly string[]
}

/**
 * Creates a kind from one declaration. Throws a `TypeError` that names the field when a schema has
 * no structural form.
 */
export function defineResource<Spec, Status, const S extends Scope = 'Namespaced'>(
  declaration: ResourceDeclaration<Spec, Status, S>,
): DefinedResource<Resource<Spec, Status, MetadataIn<S>>> {
  const schema = rootSchema(declaration)
  const errors = checkStructural(schema)
  if (errors.length > 0) {
    throw new TypeError(`${declaration.kind} is not structural: ${joinFieldErrors(errors)}`)
  }
  const version = definedVersion(declaration, schema)
  const problems = checkVersion(version, schema)
  if (problems.length > 0) {
    throw new TypeError(`${declaration.kind} cannot be defined: ${joinFieldErrors(problems)}`)
  }
  return deepFreeze({
    group: declaration.group,
    version: declaration.version,
    kind: declaration.kind,
    plural: declaration.plural,
    namespaced: declaration.scope !== 'Cluster',
    schema,
    crd: definition(declaration, version),
    shortNames: [...(declaration.shortNames ?? [])],
  })
}

function rootSchema<Spec, Status>(
  declaration: ResourceDeclaration<Spec, Status>,
): StructuralSchema {
  const { kind, spec, status, validations, externalDocs } = declaration
  return {
    description: declaration.description,
    ...(externalDocs && { externalDocs }),
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: {
        description: 'Group and version of the schema of this object.',
        type: 'string',
      },
      kind: { description: 'The kind of this object.', type: 'string' },
      metadata: { type: 'object' },
      spec: compileSchema(jsonSchemaOf(spec), `${kind}.spec`),
      ...(status && { status: compileSchema(jsonSchemaOf(status), `${kind}.status`) }),
    },
    ...(validations && { 'x-kubernetes-validations': [...validations] }),
  }
}

/** Beside the schema, whose rules and defaults the API server judges. */
function checkVersion(version: CustomResourceVersion, schema: StructuralSchema): FieldError[] {
  return [
    ...checkDeprecation(version, 'deprecated.warning'),
    ...checkSubresources(version.subresources, 'subresources'),
    ...checkColumns(version.additionalPrinterColumns, 'printColumns'),
    ...checkSelectableFields(version.selectableFields ?? [], schema, 'selectableFields'),
  ]
}

function definition<Spec, Status>(
  declaration: ResourceDeclaration<Spec, Status>,
  version: CustomResourceVersion,
): CustomResourceDefinitionObject {
  const { group, kind, plural, singular, listKind, scope } = declaration
  const { shortNames, categories, metadata } = declaration
  return defaultCustomResourceDefinition({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...(metadata?.labels && { labels: { ...metadata.labels } }),
      ...(metadata?.annotations && { annotations: { ...metadata.annotations } }),
    },
    spec: {
      group,
      names: {
        kind,
        plural,
        ...(singular !== undefined && { singular }),
        ...(listKind !== undefined && { listKind }),
        ...(shortNames && { shortNames: [...shortNames] }),
        ...(categories && { categories: [...categories] }),
      },
      scope: scope ?? 'Namespaced',
      versions: [version],
    },
  })
}

function definedVersion<Spec, Status>(
  declaration: ResourceDeclaration<Spec, Status>,
  schema: StructuralSchema,
): CustomResourceVersion {
  const { version, served, deprecated, status, scale, printColumns, selectableFields } = declaration
  return {
    name: version,
    served: served ?? true,
    storage: true,
    ...(deprecated && { deprecated: true }),
    ...(typeof deprecated === 'object' && { deprecationWarning: deprecated.warning }),
    schema: { openAPIV3Schema: schema },
    ...((status || scale) && {
      subresources: { ...(status && { status: {} }), ...(scale && { scale: { ...scale } }) },
    }),
    ...(printColumns && { additionalPrinterColumns: [...printColumns] }),
    ...(selectableFields && {
      selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })),
    }),
  }
}
