import type { CustomResourceDefinitionObject } from '@fairlead/kube-core'
import { formerVersion } from './group.ts'
import { type KindVersions, kindVersions } from './kind-versions.ts'

/** The Service at which the API server reaches who converts objects from one version to another. */
export interface ConversionService {
  readonly namespace: string
  readonly name: string
  /** Defaults to 443. */
  readonly port?: number
}

/** Where `fairlead manifests` and the chart put it, unless they are told otherwise. */
const defaultConversionService: ConversionService = {
  namespace: 'fairlead-system',
  name: 'fairlead-operator',
}

/**
 * The definition of a kind with all its versions. If they differ, it names the Service that converts
 * them; without one, the former version is defined and not served.
 */
export function servedDefinition(
  { crd }: KindVersions,
  service: ConversionService | undefined,
): CustomResourceDefinitionObject {
  if (crd.spec.conversion?.strategy !== 'Webhook') return crd
  return service === undefined ? withoutFormer(crd) : convertedAt(crd, service)
}

/** The definitions of all our kinds, with the Service at its usual place unless it is given. */
export function servedDefinitions(
  service: ConversionService = defaultConversionService,
): readonly CustomResourceDefinitionObject[] {
  return kindVersions.map((kind) => servedDefinition(kind, service))
}

function withoutFormer(crd: CustomResourceDefinitionObject): CustomResourceDefinitionObject {
  const versions = crd.spec.versions.map((version) =>
    version.name === formerVersion ? { ...version, served: false } : version,
  )
  return { ...crd, spec: { ...crd.spec, versions, conversion: { strategy: 'None' } } }
}

function convertedAt(
  crd: CustomResourceDefinitionObject,
  service: ConversionService,
): CustomResourceDefinitionObject {
  const webhook = {
    conversionReviewVersions: ['v1'],
    clientConfig: { service: { ...service, path: '/convert' } },
  }
  return { ...crd, spec: { ...crd.spec, conversion: { strategy: 'Webhook', webhook } } }
}
