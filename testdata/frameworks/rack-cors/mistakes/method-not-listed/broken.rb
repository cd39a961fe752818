use Rack::Cors do
  allow do
    origins 'https://app.example.com'
    resource '*',
             credentials: true,
             methods: %i[get head post],
             headers: %w[Content-Type Authorization],
             expose: %w[X-Request-Id],
             max_age: 600
  end
end
