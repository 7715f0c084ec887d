import { definitionKind } from '../crds/definition-kind.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { configMapKind } from './config-map.ts'
import { coreEventKind, eventKind } from './event.ts'
import { leaseKind } from './lease.ts'
import { namespaceKind } from './namespace.ts'
import {
  selfSubjectAccessReviewKind,
  selfSubjectReviewKind,
  selfSubjectRulesReviewKind,
  subjectAccessReviewKind,
  tokenReviewKind,
} from './reviews.ts'
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from './roles.ts'
import { secretKind } from './secret.ts'
import { serviceAccountKind } from './service-account.ts'
import { serviceKind } from './service.ts'

/** All kinds that the server serves without a CustomResourceDefinition. */
export const builtInKinds: readonly ResourceDefinition[] = [
  configMapKind,
  coreEventKind,
  namespaceKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  definitionKind,
  selfSubjectReviewKind,
  selfSubjectAccessReviewKind,
  selfSubjectRulesReviewKind,
  subjectAccessReviewKind,
  tokenReviewKind,
  leaseKind,
  eventKind,
  clusterRoleBindingKind,
  clusterRoleKind,
  roleBindingKind,
  roleKind,
]
