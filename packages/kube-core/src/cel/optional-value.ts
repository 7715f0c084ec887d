import type { CelInput } from '@bufbuild/cel'
import { opaque } from './opaque.ts'

/** The optional value that holds nothing. */
export const optionalNone = () => opaque('optional')

/** The optional value that holds this one. */
export const optionalOf = (value: CelInput) => opaque('optional', value)
