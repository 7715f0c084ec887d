import type { CustomResourceDefinitionObject } from '@fairlead/kube-core'
import type { ManagerRules, RegisteredWebhook } from '@fairlead/controller-runtime'

/** What manifests are made of: a project, and what its `setup` declares. */
export interface OperatorDescription {
  readonly name: string
  /** Of the project: the tag of its image. */
  readonly version: string
  /** Its image, without a tag. */
  readonly image: string
  /** The definitions of its kinds, sorted by their names. */
  readonly crds: readonly CustomResourceDefinitionObject[]
  readonly webhooks: readonly RegisteredWebhook[]
  readonly rules: ManagerRules
}

/** What differs between one installation of an operator and another. */
export interface Installation {
  readonly namespace: string
  readonly image: string
  readonly replicas: number | string
  readonly resources: object | string
  readonly extraArgs: readonly string[]
}

/** What is called by the names of an operator's own objects. */
export function namesOf({ name }: { readonly name: string }) {
  return {
    service: `${name}-webhooks`,
    secret: `${name}-webhook-certificate`,
    configurationPrefix: `${name}-`,
  }
}
