use Rack::Cors do
  allow do
    origins %r{\Ahttps://([a-z0-9-]+\.)*app\.example\.com\z}
    resource '*',
             credentials: true,
             methods: %i[get head post put],
             headers: %w[Content-Type Authorization],
             expose: %w[X-Request-Id],
             max_age: 600
  end
end
