# frozen_string_literal: true

# A policy's configuration of rack-cors.
module Options
  module_function

  def origins(policy)
    return policy['origin_regexes'].map { |regex| /\A(?:#{regex})\z/ } if policy['origin_regexes']
    return [function(policy['origin_func'])] if policy['origin_func']

    # A string is a scheme and a host, or a host: the opaque origin needs an expression.
    (policy['origins'] || []).map { |origin| origin == 'null' ? /\Anull\z/ : origin }
  end

  def function(decides)
    proc do |source, _env|
      raise 'the origin callback raises' if source == decides['throw']

      source == decides['allow']
    end
  end

  def resource(policy)
    options = {
      headers: any_or(policy['request_headers']),
      methods: any_or(policy['methods']&.map { |method| method.downcase.to_sym }),
      expose: policy['expose_headers'] || [],
      credentials: policy['credentials']
    }
    options[:max_age] = policy['max_age'] if policy['max_age']
    options
  end

  def any_or(names) = names&.map(&:to_s) == ['*'] ? :any : names || []
end
