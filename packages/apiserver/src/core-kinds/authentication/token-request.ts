import { builtInKind } from '../../definitions/built-in-kind.ts'

/** What is sent to a service account's `token` subresource; it is never stored. */
export const tokenRequestKind = builtInKind({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  singular: 'tokenrequest',
  type: 'io.k8s.api.authentication.v1.TokenRequest',
  namespaced: true,
  verbs: ['create'],
})
