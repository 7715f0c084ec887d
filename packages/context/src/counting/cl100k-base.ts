export { clearMergeCache, countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/cl100k_base'
