import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { namespaceKind } from './namespace.ts'

/** Every kind that the server knows without a CustomResourceDefinition. */
export const BUILT_IN_KINDS: readonly ResourceDefinition[] = [namespaceKind]
