export { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/cl100k_base'
