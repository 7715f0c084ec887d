import { objectMetaFields } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'

import { apiType } from './api-type.ts'
import { atomicTypes } from './atomic-types.ts'
import { builtInResources } from './built-in-resource.ts'
import { optionalVersions } from './optional-resources.ts'
import { optionalDocument, publishedDocument, publishedPaths } from './published-document.ts'
import { schemaOfType } from './schema-of-type.ts'

describe('the tables of Kubernetes', () => {
  it('have a type, and through it a schema, for every resource', () => {
    for (const { type, kind } of builtInResources()) {
      expect(apiType(type)).toMatchObject({ goName: kind, hasTypeMeta: true })
      expect(schemaOfType(type).properties).toHaveProperty('metadata')
    }
  })

  it('say how a field is declared', () => {
    const { fields } = apiType('io.k8s.api.core.v1.PodSpec')
    expect(fields.find(({ name }) => name === 'restartPolicy')).toMatchObject({
      number: 3,
      omitsEmpty: true,
      type: { kind: 'scalar', scalar: 'string', goType: 'v1.RestartPolicy', isPointer: false },
    })
    expect(fields.find(({ name }) => name === 'volumes')?.merging).toEqual({
      list: 'map',
      keys: ['name'],
      mergeKey: 'name',
      strategy: 'merge,retainKeys',
    })
  })

  it('know which structs are replaced as a whole', () => {
    type Schemas = Record<string, { 'x-kubernetes-map-type'?: string }>
    const published = JSON.parse(publishedDocument('v2') ?? '') as { definitions: Schemas }
    const optional = [...optionalVersions].map((version) => {
      const document = JSON.parse(optionalDocument(`apis/${version}`) ?? '') as {
        components: { schemas: Schemas }
      }
      return document.components.schemas
    })
    const schemas: Schemas = Object.assign({}, published.definitions, ...optional)
    const atomic = Object.entries(schemas)
      .filter(([, schema]) => schema['x-kubernetes-map-type'] === 'atomic')
      .map(([name]) => name)
    expect([...atomicTypes].toSorted()).toEqual(atomic.toSorted())
    expect(schemaOfType('io.k8s.api.rbac.v1.RoleBinding').properties?.['roleRef']).toMatchObject({
      'x-kubernetes-map-type': 'atomic',
    })
  })

  it('declare the fields of metadata that are known by name', () => {
    const { fields } = apiType('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
    expect(fields.map(({ name }) => name)).toEqual(objectMetaFields)
  })

  it('have every published document, and no other file', () => {
    for (const path of publishedPaths()) expect(publishedDocument(path)).toMatch(/^\{/)
    expect(publishedDocument('../api-type')).toBeUndefined()
    expect(publishedDocument('apis/none/v1')).toBeUndefined()
  })
})
