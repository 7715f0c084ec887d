import { deepFreeze } from '../deep-freeze.ts'
import { joinFieldErrors } from '../told-field-errors.ts'
import type { ClusterObjectMeta, NamespacedObjectMeta, ObjectMeta, TypedObject } from '../object.ts'
import type { ResourceType } from '../resource-type.ts'
import { checkStructural } from '../schema/check-structural.ts'
import type { StructuralSchema, ValidationRule } from '../schema/structural-schema.ts'
import { compileSchema } from './compile-schema.ts'
import {
  defaultCustomResourceDefinition,
  type CustomResourceDefinitionObject,
  type PrinterColumn,
} from './custom-resource-definition.ts'

/**
 * A JSON Schema as plain data; `T` is the type of the values it describes, for the compiler only.
 */
export interface JsonSchema<T> {
  readonly [keyword: string]: unknown
  readonly _value?: T
}

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
  /** Defaults to `Namespaced`. */
  scope?: S
  shortNames?: readonly string[]
  categories?: readonly string[]
  /** The description of the kind in `kubectl explain`. */
  description: string
  spec: JsonSchema<Spec>
  /** If present, the kind has the status subresource. */
  status?: JsonSchema<Status>
  /** CEL rules for the whole object. Defaults to none. */
  validations?: readonly ValidationRule[]
  printColumns?: readonly PrinterColumn[]
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
  return deepFreeze({
    group: declaration.group,
    version: declaration.version,
    kind: declaration.kind,
    plural: declaration.plural,
    namespaced: declaration.scope !== 'Cluster',
    schema,
    crd: definition(declaration, schema),
    shortNames: [...(declaration.shortNames ?? [])],
  })
}

function rootSchema<Spec, Status>(
  declaration: ResourceDeclaration<Spec, Status>,
): StructuralSchema {
  const { kind, status, validations } = declaration
  return {
    description: declaration.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: {
        description: 'Group and version of the schema of this object.',
        type: 'string',
      },
      kind: { description: 'The kind of this object.', type: 'string' },
      metadata: { type: 'object' },
      spec: compileSchema(declaration.spec, `${kind}.spec`),
      ...(status && { status: compileSchema(status, `${kind}.status`) }),
    },
    ...(validations && { 'x-kubernetes-validations': [...validations] }),
  }
}

function definition<Spec, Status>(
  declaration: ResourceDeclaration<Spec, Status>,
  schema: StructuralSchema,
): CustomResourceDefinitionObject {
  const { group, version, kind, plural, scope, shortNames, categories } = declaration
  return defaultCustomResourceDefinition({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        plural,
        ...(shortNames && { shortNames: [...shortNames] }),
        ...(categories && { categories: [...categories] }),
      },
      scope: scope ?? 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(declaration.status && { subresources: { status: {} } }),
          ...(declaration.printColumns && {
            additionalPrinterColumns: [...declaration.printColumns],
          }),
        },
      ],
    },
  })
}
