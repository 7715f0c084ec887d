import type { SourceDocument } from '../source-document.ts'
import type { Chunking, CutDocument } from './chunking.ts'

export interface CutJob {
  readonly document: SourceDocument
  readonly chunking: Chunking
}

export type CutAnswer = { readonly cut: CutDocument } | { readonly problem: string }
