import type { CelInput } from '@bufbuild/cel'
import { opaque } from './opaque.ts'

/** The empty optional value. */
export const optionalNone = () => opaque('optional')

/** An optional value with this content. */
export const optionalOf = (value: CelInput) => opaque('optional', value)
